/** What every CRD of the lab has in common. */
import type { V1ObjectMeta } from '@kubernetes/client-node';
import type { Schema } from './schema';

export interface Definition {
  group: string;
  version: string;
  kind: string;
  plural: string;
  scope: 'Namespaced' | 'Cluster';
  shortNames?: string[];
  categories?: string[];
  columns?: Column[];
  spec: Schema;
  /** Absent: the kind has no status, nor its subresource. */
  status?: Schema;
  /** Whether an object without `spec` is refused. */
  specRequired?: boolean;
}

/** A column of `kubectl get`. */
export interface Column {
  name: string;
  type: 'string' | 'integer' | 'date';
  jsonPath: string;
}

/** Fields that the API server alone reads. */
type More = Record<string, unknown>;

/** A CustomResourceDefinition as it is sent, and what the API server says of it. */
export interface CustomResource {
  apiVersion: string;
  kind: string;
  metadata: V1ObjectMeta & { name: string };
  spec: { group: string; names: { plural: string } & More; versions: ({ name: string } & More)[] } & More;
  status?: { conditions?: { type: string; status: string }[] };
}

export function customResource(of: Definition): CustomResource {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${of.plural}.${of.group}` },
    spec: {
      group: of.group,
      scope: of.scope,
      names: {
        kind: of.kind,
        listKind: `${of.kind}List`,
        plural: of.plural,
        singular: of.kind.toLowerCase(),
        ...(of.shortNames ? { shortNames: of.shortNames } : {}),
        ...(of.categories ? { categories: of.categories } : {}),
      },
      versions: [
        {
          name: of.version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: objectSchema(of) },
          additionalPrinterColumns: of.columns ?? [],
          ...(of.status ? { subresources: { status: {} } } : {}),
        },
      ],
    },
  };
}

function objectSchema(of: Definition): Schema {
  return {
    type: 'object',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: of.spec,
      ...(of.status ? { status: of.status } : {}),
    },
    ...(of.specRequired ? { required: ['spec'] } : {}),
  };
}
