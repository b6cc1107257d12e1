/**
 * Structural schemas, field by field from the upstream types, so that the API server refuses under
 * `fieldValidation=Strict` exactly the fields that upstream does not have.
 */
import type { Schema } from './schema';
import ts from 'typescript';
import { type ApiPackage, type Declarations, type Field, readDeclarations } from './declarations';

/** Types that upstream's CRDs leave open. */
const OPEN_TYPES = new Set(['V1ObjectMeta', 'K8sIoApimachineryPkgApisMetaV1ObjectMeta']);

/** Declared as strings, but quantities or ports: a number is as good. */
const INT_OR_STRING_FIELDS = new Set([
  ...['requests', 'limits', 'capacity', 'sizeLimit', 'memoryLimit', 'divisor', 'port', 'addedOverhead'],
  ...['guest', 'maxGuest', 'guestAtBoot', 'guestCurrent', 'guestRequested'],
  ...['memoryOverhead', 'targetMemoryOverhead'],
]);

const INT_OR_STRING: Schema = {
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  'x-kubernetes-int-or-string': true,
};

export const OPEN_OBJECT: Schema = {
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
};

/** Reads one package's types and turns any of its interfaces into a schema. */
export function typeSchemas(api: ApiPackage): (typeName: string) => Schema {
  const declarations = readDeclarations(api);
  return (typeName) => {
    const fields = declarations.fields(typeName);
    if (fields === null) throw new Error(`${api} has no type ${typeName}`);
    return ofFields(fields, declarations);
  };
}

function ofFields(fields: Field[], declarations: Declarations): Schema {
  const required = fields.filter((field) => !field.optional).map((field) => field.name);
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field.name, ofField(field, declarations)])),
    ...(required.length > 0 ? { required } : {}),
  };
}

function ofField(field: Field, declarations: Declarations): Schema {
  return ofType(
    field.type,
    declarations,
    INT_OR_STRING_FIELDS.has(field.name) ? INT_OR_STRING : { type: 'string' },
  );
}

/** `text`: what a string means in this field. */
function ofType(type: ts.TypeNode, declarations: Declarations, text: Schema): Schema {
  if (ts.isTypeReferenceNode(type)) return ofReference(type, declarations, text);
  if (ts.isTypeLiteralNode(type)) return ofMap(type, declarations, text);
  switch (type.kind) {
    case ts.SyntaxKind.StringKeyword:
      return text;
    case ts.SyntaxKind.NumberKeyword: // the APIs hold no fractions
      return { type: 'integer', format: 'int64' };
    case ts.SyntaxKind.BooleanKeyword:
      return { type: 'boolean' };
    case ts.SyntaxKind.ObjectKeyword: // a presence switch, as `bridge: {}`
      return { type: 'object' };
    default:
      throw new Error(`no schema for the type ${type.getText()}`);
  }
}

function ofReference(type: ts.TypeReferenceNode, declarations: Declarations, text: Schema): Schema {
  const name = type.typeName.getText();
  const element = type.typeArguments?.[0];
  if (name === 'Array' && element) return { type: 'array', items: ofType(element, declarations, text) };
  if (OPEN_TYPES.has(name)) return { ...OPEN_OBJECT, nullable: true };
  const fields = declarations.fields(name);
  return fields === null ? { type: 'string' } : ofFields(fields, declarations);
}

function ofMap(type: ts.TypeLiteralNode, declarations: Declarations, text: Schema): Schema {
  const signature = type.members.find(ts.isIndexSignatureDeclaration);
  if (signature === undefined) throw new Error(`no schema for the type ${type.getText()}`);
  return { type: 'object', additionalProperties: ofType(signature.type, declarations, text) };
}
