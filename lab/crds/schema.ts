/** A structural schema in the API server's own spelling, as far as our definitions use it. */
export interface Schema {
  type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  format?: 'int64';
  nullable?: boolean;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  required?: string[];
  items?: Schema;
  maxItems?: number;
  enum?: string[];
  anyOf?: Schema[];
  'x-kubernetes-int-or-string'?: true;
  'x-kubernetes-preserve-unknown-fields'?: true;
}
