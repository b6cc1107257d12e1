/** What `drover retry --set` is given: `copyDeadline=48h`, `disk.0.vars.POOL=gold`. Pure. */
import type { Changes } from '../plan/changes/keys';
import { readChanges } from '../plan/changes/read-changes';
import { formatProblem } from '../plan/problem';

/** The changes, or every problem with them; each is a clause. */
export type ReadSetArguments = { changes: Changes } | { problems: string[] };

/** Only whether each key and its value can be right; for the VM at hand its migration looks. */
export function readSetArguments(words: readonly string[]): ReadSetArguments {
  const changes: Changes = {};
  const problems: string[] = [];
  for (const word of words) {
    const at = word.indexOf('=');
    const key = word.slice(0, Math.max(at, 0));
    if (at < 0) problems.push(`"${word}" sets nothing; write it as copyDeadline=48h`);
    else if (Object.hasOwn(changes, key)) problems.push(`${key} is given twice; give it once`);
    else changes[key] = word.slice(at + 1);
  }
  problems.push(...readChanges(changes).problems.map(formatProblem));
  return problems.length > 0 ? { problems } : { changes };
}
