/** What the demo has the lab's array do: be busy once, and slow where there must be time to watch. */
import type { LabState } from '../state';

const BROKEN_ONCE = '[san-1] web01/web01_2.vmdk';
/**
 * After the worker's death nobody answers for some seconds, and the copies go on meanwhile: with the one that is tried
 * again they must take longer than that, or the guests were converted before anybody could see it.
 */
const SLOW_SECONDS = 10;

export async function breakOneCopy(lab: LabState): Promise<void> {
  await tell(lab, '/faults', { source: BROKEN_ONCE, times: 1, message: 'the pool was busy' });
}

export async function slowCopies(lab: LabState): Promise<void> {
  await tell(lab, '/settings', { copySeconds: SLOW_SECONDS });
}

async function tell({ arrayUrl }: LabState, path: string, what: object): Promise<void> {
  const answer = await fetch(arrayUrl + path, { method: 'POST', body: JSON.stringify(what) });
  if (!answer.ok) throw new Error(`the array refuses ${path}: ${await answer.text()}`);
}
