/** What `drover limits set` is given: `host=4`, `host/esx1.example.com=2`, `vcenter=default`. Pure. */
import { listSome } from '../plan/cut';
import { didYouMean, similar } from '../plan/suggest';
import { HIGHEST_LIMIT } from '../workflows/transfer-slots/input';
import type { LimitChanges } from '../workflows/transfer-slots/limits';
import { isKind, isWholeName, RESOURCE_KINDS } from '../workflows/transfer-slots/resources';

const KINDS = Object.keys(RESOURCE_KINDS);
const DEFAULT = 'default';
const WHOLE_NUMBER = /^\d{1,15}$/;
const MOST_NAMED = 3;

/** The changes, or every problem with them; each is a clause. */
export type ReadLimitArguments = { changes: LimitChanges } | { problems: string[] };

/**
 * A resource may be named by its end, as `host/esx1.example.com`, where only one of those that are known ends so.
 * @param known resources in use, or with a limit of their own; null: not asked for yet, so that names are taken as they are
 */
export function readLimitArguments(
  words: readonly string[],
  known: readonly string[] | null,
): ReadLimitArguments {
  const changes: LimitChanges = {};
  const problems: string[] = [];
  for (const word of words) {
    const at = word.lastIndexOf('=');
    const [written, value] = at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)];
    const limit = readValue(value);
    if (at < 0) problems.push(`"${word}" names no limit; write it as host=4`);
    else if (limit === undefined)
      problems.push(
        `the limit of ${written} is "${value}"; give a whole number from 0 to ${HIGHEST_LIMIT}, or ${DEFAULT}`,
      );
    const name = readName(written, known);
    if ('problem' in name) problems.push(name.problem);
    else if (Object.hasOwn(changes, name.name)) problems.push(`${name.name} is given twice; give it once`);
    else changes[name.name] = limit ?? null;
  }
  return problems.length > 0 ? { problems } : { changes };
}

function readValue(text: string): number | null | undefined {
  if (text === DEFAULT) return null;
  const limit = WHOLE_NUMBER.test(text) ? Number(text) : undefined;
  return limit === undefined || limit > HIGHEST_LIMIT ? undefined : limit;
}

function readName(written: string, known: readonly string[] | null): { name: string } | { problem: string } {
  if (isKind(written) || known?.includes(written)) return { name: written };
  const [kind = '', ...rest] = written.split('/');
  if (!isKind(kind))
    return {
      problem: `there is no limit of "${kind}"; ${didYouMean(kind, KINDS, `give one of ${KINDS.join(', ')}`)}`,
    };
  if (known === null) return { name: written };
  const end = rest.join('/');
  const meant =
    end === '' ? [] : known.filter((name) => name.startsWith(`${kind}/`) && name.endsWith(`/${end}`));
  if (meant.length === 1) return { name: meant[0]! };
  if (meant.length > 1)
    return {
      problem: `${meant.length} resources end in "${end}"; give one of ${listSome(meant, MOST_NAMED)}`,
    };
  if (isWholeName(written)) return { name: written };
  const near = nearest(written, known);
  const guess = near === null ? '' : ` (did you mean "${near}"?)`;
  return {
    problem: `no ${kind} that is known now ends in "${end}"; give its whole name, as drover limits show writes it${guess}`,
  };
}

/** Of limits of single resources: what may be a slip. A whole name is taken, whether anything has it yet or not. */
export function doubtsOf(changes: LimitChanges, known: readonly string[]): string[] {
  return Object.entries(changes)
    .filter(([name, limit]) => limit !== null && !isKind(name) && !known.includes(name))
    .map(([name]) => {
      const near = nearest(name, known);
      const guess = near === null ? '' : `; did you mean "${near}"?`;
      return `nothing that is known now is named "${name}": the limit waits until something is${guess}`;
    });
}

/** By the last part of the name: the parts before it are long, and alike. */
function nearest(name: string, known: readonly string[]): string | null {
  const kind = name.slice(0, name.indexOf('/') + 1);
  const alike = known.filter((one) => one.startsWith(kind));
  const [near] = similar(lastPart(name), alike.map(lastPart), 1);
  return alike.find((one) => lastPart(one) === near) ?? null;
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
