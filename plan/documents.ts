/** A user's documents before anyone knows what they are. */
import { type FieldPath } from './field-path';

export type Document = Record<string, unknown>;

export function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A document, and where it stands in the one that the user wrote: `['items', 2]` in a list, else `[]`. */
export interface NestedDocument {
  value: unknown;
  path: FieldPath;
}

/** `kind: List`, as kubectl writes it, and lists of one kind, as the API does (`PlanList`): their items. */
export function flattenLists(value: unknown, path: FieldPath = []): NestedDocument[] {
  if (!isDocument(value) || !isList(value)) return [{ value, path }];
  return value.items.flatMap((item, index) => flattenLists(item, [...path, 'items', index]));
}

function isList(document: Document): document is Document & { items: unknown[] } {
  return typeof document.kind === 'string' && document.kind.endsWith('List') && Array.isArray(document.items);
}

/**
 * How problems name a document: `Plan/openshift-mtv/wave-1`, or `document 3` where it has no readable kind or name.
 * `position` counts from 0 over all documents, lists taken apart.
 */
export function documentName(document: unknown, position: number): string {
  if (isDocument(document) && isDocument(document.metadata)) {
    const { kind, metadata } = document;
    if (isText(kind) && isText(metadata.name))
      return manifestName(kind, nameOf(metadata.namespace, metadata.name));
  }
  return `document ${position + 1}`;
}

/** kubectl's own namespace where a manifest names none. */
export const DEFAULT_NAMESPACE = 'default';

function nameOf(namespace: unknown, name: string): { namespace: string; name: string } {
  return { namespace: isText(namespace) ? namespace : DEFAULT_NAMESPACE, name };
}

export function manifestName(kind: string, { namespace, name }: { namespace: string; name: string }): string {
  return `${kind}/${namespace}/${name}`;
}

/** The names of the Plan in documents that may be no valid plan; empty where they can't be read. */
export function planNameIn(documents: readonly Document[]): { namespace: string; name: string } {
  const plan = documents.find(({ kind }) => kind === 'Plan');
  const { namespace, name } = isDocument(plan?.metadata) ? plan.metadata : {};
  return { namespace: isText(namespace) ? namespace : '', name: isText(name) ? name : '' };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** Without fields that are null: to Kubernetes, null is absent. Lists keep their places. */
export function dropNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dropNulls);
  if (!isDocument(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, child]) => child !== null)
      .map(([key, child]) => [key, dropNulls(child)]),
  );
}

/**
 * Without what the server keeps in an exported manifest for itself: a finished plan's status alone may be larger
 * than what one message of a workflow holds.
 */
export function withoutServerFields(document: Document): Document {
  const kept = omit(document, ['status']);
  if (!isDocument(kept.metadata)) return kept;
  return { ...kept, metadata: omit(kept.metadata, ['managedFields', 'annotations']) };
}

function omit(document: Document, keys: readonly string[]): Document {
  return Object.fromEntries(Object.entries(document).filter(([key]) => !keys.includes(key)));
}
