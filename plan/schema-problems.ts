/** What zod found wrong with a value, in the words of a problem. */
import type { z } from 'zod';
import type { Problem } from './problem';

/** `root` is the document that was parsed; the issue's path leads from there to the value. */
export function describeIssue(issue: z.core.$ZodIssue, root: unknown): Pick<Problem, 'found' | 'remedy'> {
  const said = issue.code === 'custom' ? issue.params?.['found'] : undefined;
  if (typeof said === 'string') return { found: said, remedy: issue.message };
  if (issue.code === 'unrecognized_keys')
    return { found: `has no field ${JSON.stringify(issue.keys[0])}`, remedy: 'remove it' };
  if (issue.code === 'invalid_key')
    return { found: 'is no name that can stand here', remedy: issue.issues[0]?.message ?? 'remove it' };
  const found = describeFound(
    valueAt(root, issue.path),
    issue.code === 'invalid_type' && issue.expected !== 'int',
  );
  return { found, remedy: describeRemedy(issue) };
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    root,
  );
}

const SHOWN_LENGTH = 60;

/** A value of the wrong type is not shown: it may be anything, a password in the place of a Secret's name, too. */
function describeFound(value: unknown, wrongType: boolean): string {
  if (value === undefined) return 'is missing';
  if (Array.isArray(value)) return value.length === 0 ? 'is an empty list' : 'is a list';
  if (typeof value === 'object') return value === null ? 'is null' : 'is a group of fields';
  const text = JSON.stringify(value);
  if (!wrongType) return `is ${text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text}`;
  if (typeof value === 'number') return 'is a number';
  return typeof value === 'string' ? 'is a text' : 'is true or false';
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a text (in quotes if it looks like a number or a truth value)',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of fields',
  record: 'a group of names and texts',
};

function describeRemedy(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `give ${TYPE_NAMES[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value') return giveOneOf(issue.values);
  if (issue.code === 'invalid_union' && 'options' in issue) return giveOneOf(issue.options ?? []);
  if (issue.code === 'too_small') return `give at least ${issue.minimum}${unit(issue.origin, issue.minimum)}`;
  if (issue.code === 'too_big') return `give at most ${issue.maximum}${unit(issue.origin, issue.maximum)}`;
  // Checks of ours carry the remedy as their message.
  return issue.message;
}

function giveOneOf(values: readonly unknown[]): string {
  return `give ${values.length > 1 ? 'one of: ' : ''}${values.join(', ')}`;
}

function unit(origin: string, count: number | bigint): string {
  const isOne = Number(count) === 1;
  if (origin === 'string') return isOne ? ' character' : ' characters';
  if (origin === 'array') return isOne ? ' entry' : ' entries';
  return '';
}
