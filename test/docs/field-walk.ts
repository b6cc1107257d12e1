/** Every field below `spec` of a kind, with what Drover does with it, as its schema has it. */
import { z } from 'zod';
import { fieldNotes } from '../../plan/manifests/fields';
import { type Kind, SCHEMAS } from '../../plan/manifests/kinds';
import { HONOURED, OWN } from './honoured-fields';

export interface ReadField {
  kind: Kind;
  /** Of the object that has the field, as `spec.vms[]`. */
  object: string;
  name: string;
  does: 'honoured' | 'refused' | 'no effect';
  /** Where it is honoured, why it is refused and what to do, or why it has no effect; null where nobody says. */
  says: string | null;
  /** Values that a refused field may have, because they ask for nothing. */
  accepts: readonly unknown[];
}

export function fieldsOf(kind: Kind): ReadField[] {
  return walk(kind, SCHEMAS[kind].shape.spec, 'spec');
}

/** Key of `honoured-fields.ts` for a field. */
export function keyOf({ kind, object, name }: Pick<ReadField, 'kind' | 'object' | 'name'>): string {
  return `${kind} ${object}.${name}`;
}

/** The entry that speaks for a field: its own, or the one of an object that it is in. */
export function honouredBy(key: string): string | null {
  if (Object.hasOwn(HONOURED, key)) return key;
  const above = key.lastIndexOf('.');
  return above < 0 ? null : honouredBy(key.slice(0, above));
}

function walk(kind: Kind, schema: z.core.$ZodType, object: string): ReadField[] {
  const inner = unwrap(schema);
  if (!(inner instanceof z.ZodObject)) return [];
  const { ignored, notHonoured } = fieldNotes(inner);
  return [
    ...Object.entries(inner.shape as Record<string, z.core.$ZodType>).flatMap(([name, child]) =>
      ofHonoured({ kind, object, name }, child),
    ),
    ...Object.entries(notHonoured).map(([name, { accept, remedy, why }]): ReadField => ({
      ...{ kind, object, name },
      does: why === undefined ? 'refused' : 'no effect',
      says: why ?? remedy,
      accepts: accept,
    })),
    ...Object.entries(ignored).map(([name, why]): ReadField => ({
      ...{ kind, object, name },
      does: 'no effect',
      says: why,
      accepts: [],
    })),
  ];
}

/** Of an object of the API its fields, of everything else one field. */
function ofHonoured(place: Pick<ReadField, 'kind' | 'object' | 'name'>, child: z.core.$ZodType): ReadField[] {
  const { kind, object, name } = place;
  const inner = unwrap(child);
  const path = `${object}.${name}`;
  if (!OWN.has(keyOf(place))) {
    if (inner instanceof z.ZodObject) return walk(kind, inner, path);
    if (inner instanceof z.ZodArray && unwrap(inner.element) instanceof z.ZodObject)
      return walk(kind, inner.element, `${path}[]`);
  }
  const by = honouredBy(keyOf(place));
  return [{ ...place, does: 'honoured', says: by === null ? null : HONOURED[by]!, accepts: [] }];
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return unwrap(schema.def.innerType);
  return schema;
}
