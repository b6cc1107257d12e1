/** What nodes and storage array recorded of their own work. */
import { containerJournal } from '../../node/container-log';
import type { RunNote } from '../../node/former-runs';
import { arrayJournal, type CopyNote } from '../../standins/array/array';
import { readJournal } from '../../journal';
import { labLayout } from '../../layout';
import type { ArrayCopy, ContainerRun } from '../check/facts';

/** By their begin. */
export function readRuns(labDir: string): ContainerRun[] {
  const runs = new Map<string, ContainerRun>();
  for (const { at, id, pod, container = '', image = '', exitCode } of readJournal<RunNote>(
    containerJournal(labLayout(labDir).node),
  )) {
    const run = runs.get(id);
    if (pod !== undefined) runs.set(id, { pod, container, image, from: at, to: null, exitCode: null });
    else if (run !== undefined) Object.assign(run, { to: at, exitCode: exitCode ?? null });
  }
  return [...runs.values()];
}

/** By their begin. */
export function readArrayCopies(labDir: string): ArrayCopy[] {
  const copies: ArrayCopy[] = [];
  for (const { at, copyId, how } of readJournal<CopyNote>(arrayJournal(labLayout(labDir).standins))) {
    const running = copies.findLast((copy) => copy.copyId === copyId && copy.to === null);
    if (how === undefined) copies.push({ copyId, from: at, to: null, how: null });
    else if (how !== 'removed' && running !== undefined) Object.assign(running, { to: at, how });
  }
  return copies;
}
