/** Where in a YAML text a field stands. */
import { isAlias, isMap, isNode, isScalar, isSeq, type Document, type Node } from 'yaml';
import type { FieldPath } from './field-path';

interface Child {
  /** Of the field's key, or of the list's item. */
  offset: number;
  value: unknown;
}

/** Offset of the field, or of the nearest one around it that is there. */
export function offsetOf(yaml: Document.Parsed, path: FieldPath): number {
  let node: unknown = yaml.contents;
  let offset = startOf(yaml.contents) ?? yaml.range[0];
  for (const key of path) {
    const child = descend(isAlias(node) ? node.resolve(yaml) : node, key);
    if (child === null) return offset;
    ({ offset, value: node } = child);
  }
  return offset;
}

function descend(node: unknown, key: string | number): Child | null {
  if (isSeq(node)) {
    const item = typeof key === 'number' ? node.items[key] : undefined;
    const offset = startOf(item);
    return offset === null ? null : { offset, value: item };
  }
  if (!isMap(node)) return null;
  const pair = node.items.find(
    (candidate) => isScalar(candidate.key) && String(candidate.key.value) === String(key),
  );
  const offset = startOf(pair?.key);
  return pair === undefined || offset === null ? null : { offset, value: pair.value };
}

function startOf(node: unknown): number | null {
  return isNode(node) ? ((node as Node).range?.[0] ?? null) : null;
}
