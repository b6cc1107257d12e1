/** Finds the fields of a document that its schema does not know, and those that Drover knows and does not honour. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { isDocument } from './documents';
import { formatPath, type FieldPath } from './field-path';
import { fieldNotes, type NotHonoured } from './manifests/fields';
import type { Problem } from './problem';
import { didYouMean } from './suggest';

type Finding = { path: FieldPath } & Pick<Problem, 'found' | 'remedy'>;

/** Every finding in the document, depth first. `value` must be free of nulls. */
export function inspectFields(schema: z.core.$ZodType, value: unknown, path: FieldPath = []): Finding[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray && Array.isArray(value)) {
    return value.flatMap((item: unknown, index) => inspectFields(inner.element, item, [...path, index]));
  }
  if (inner instanceof z.ZodObject && isDocument(value)) {
    return Object.entries(value).flatMap(([key, child]) => inspectField(inner, { key, value: child, path }));
  }
  return [];
}

interface Field {
  key: string;
  value: unknown;
  /** Of the object that holds the field. */
  path: FieldPath;
}

function inspectField(schema: z.ZodObject, { key, value, path }: Field): Finding[] {
  const shape: Record<string, z.core.$ZodType> = schema.shape;
  const { ignored, notHonoured } = fieldNotes(schema);
  const here = [...path, key];
  const honoured = Object.hasOwn(shape, key) ? shape[key] : undefined;
  if (honoured !== undefined) return inspectFields(honoured, value, here);
  if (Object.hasOwn(ignored, key)) return [];
  if (Object.hasOwn(notHonoured, key)) {
    const row = notHonoured[key];
    return row === undefined || accepts(row, value) ? [] : [{ path: here, ...refusal(value, row) }];
  }
  const known = [...Object.keys(shape), ...Object.keys(notHonoured), ...Object.keys(ignored)];
  const place = path.length === 0 ? 'the manifest' : formatPath(path);
  const otherwise = `remove it, or use one of: ${Object.keys(shape).sort().join(', ')}`;
  return [{ path: here, found: `${place} has no field "${key}"`, remedy: didYouMean(key, known, otherwise) }];
}

function accepts(row: NotHonoured, value: unknown): boolean {
  const asked = withoutEmpty(value);
  return isEmpty(asked) || row.accept.some((accepted) => isDeepStrictEqual(accepted, asked));
}

/** What is empty asks for nothing, however deep it lies: `{nodeAffinity: {}}`. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty).filter((item) => !isEmpty(item));
  if (!isDocument(value)) return value;
  const entries = Object.entries(value).map(([key, child]) => [key, withoutEmpty(child)] as const);
  return Object.fromEntries(entries.filter(([, child]) => !isEmpty(child)));
}

function isEmpty(value: unknown): boolean {
  if (value === '' || value == null) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function refusal(value: unknown, row: NotHonoured): Pick<Problem, 'found' | 'remedy'> {
  const shown = typeof value === 'object' ? '' : ` (${JSON.stringify(value)})`;
  return { found: `this field is not honoured yet${shown}`, remedy: row.remedy };
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrap(schema.def.innerType);
  }
  return schema;
}
