/** One value by its schema, or everything that is wrong with it as one line: for those who sent it by a program. */
import { z } from 'zod';
import { formatPath, type FieldPath } from './field-path';
import { describeIssue } from './schema-problems';
import { visible } from './visible';

/** Problems in one line; for the rest the line says how many there are. */
const MOST_SHOWN = 20;
/** Characters of one of them: fields may have names of any length. */
const LONGEST_SHOWN = 250;

export interface ReadFields<T> {
  /** Of what the schema knows; undefined where anything is wrong. */
  value: T | undefined;
  /**
   * `disks[0].key is missing; give a number. vm.moref is …`; null where nothing is. Safe to show: without control
   * characters, and of foreign texts no more than their beginnings.
   */
  wrong: string | null;
}

export function readFields<T>(schema: z.ZodType<T>, value: unknown): ReadFields<T> {
  // Not `schema.safeParse`: shared by workflows, schemas are frozen, and their methods come to be at first use.
  const { data, error } = z.core.safeParse(schema, value);
  if (error === undefined) return { value: data, wrong: null };
  const shown = error.issues.slice(0, MOST_SHOWN).map((issue) => sentence(issue, value));
  const rest = error.issues.length - shown.length;
  const wrong = [...shown, ...(rest > 0 ? [`And ${rest} more problems.`] : [])].join(' ');
  return { value: undefined, wrong };
}

function sentence(issue: z.core.$ZodIssue, value: unknown): string {
  const { found, remedy } = describeIssue(issue, value);
  const place = formatPath(issue.path as FieldPath) || 'the input';
  const text = visible(`${place} ${found}; ${remedy}`);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN - 1)}….` : `${text}.`;
}
