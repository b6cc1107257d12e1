/**
 * Objects of a manifest: which fields there are, which of them Drover honours, and what becomes of the others.
 *
 * The zod schema holds the honoured fields only; the notes beside it name every other field of the API, so that
 * one walk over schema and document (`inspect-fields.ts`) finds both misspelled and unhonoured fields.
 */
import { z } from 'zod';

/** A field that the API has and Drover does not honour. Refused where it asks for more than Drover does anyway. */
export interface NotHonoured {
  /** Values that ask for nothing beyond what Drover does; the API's default is one. Empty values always are. */
  readonly accept: readonly unknown[];
  /** Why it is refused, or what to do instead, as an instruction. */
  readonly remedy: string;
  /** Where no accepted value changes anything: why that is right. */
  readonly why?: string;
}

export interface FieldNotes {
  /** Without meaning for a migration, whatever they say; by name, why. */
  readonly ignored: Readonly<Record<string, string>>;
  readonly notHonoured: Readonly<Record<string, NotHonoured>>;
}

const notes = z.registry<FieldNotes>();

/** An object with these honoured fields, and notes on the others. */
export function fields<Shape extends z.ZodRawShape>(shape: Shape, others: Partial<FieldNotes> = {}) {
  const schema = z.object(shape);
  notes.add(schema, { ignored: others.ignored ?? {}, notHonoured: others.notHonoured ?? {} });
  return schema;
}

export function fieldNotes(schema: z.core.$ZodType): FieldNotes {
  return notes.get(schema) ?? { ignored: {}, notHonoured: {} };
}

/** A row of a table of fields that are not honoured: `refused('no', false)` accepts `false` besides absence. */
export function refused(remedy: string, ...accept: unknown[]): NotHonoured {
  return { accept, remedy };
}

/** A row for a field of which every value that the API knows changes nothing; others are refused. */
export function withoutEffect(why: string, ...accept: readonly (string | boolean)[]): NotHonoured {
  return { accept, remedy: `set it to ${accept.join(' or ')}`, why };
}

/** Fields that are ignored for one reason. */
export function ignored(why: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, why]));
}
