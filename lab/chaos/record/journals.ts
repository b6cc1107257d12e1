/** What nodes and storage array recorded of their own work. */
import { containerJournal } from '../../node/container-log';
import { arrayJournal } from '../../standins/array/array';
import { readJournal } from '../../journal';
import { labLayout } from '../../layout';
import type { ArrayCopy, ContainerRun } from '../check/facts';

interface RunLine {
  id: string;
  pod?: string;
  container?: string;
  image?: string;
  exitCode?: number;
}

/** By their begin. */
export function readRuns(labDir: string): ContainerRun[] {
  const runs = new Map<string, ContainerRun>();
  for (const { at, id, pod, container = '', image = '', exitCode } of readJournal<RunLine>(
    containerJournal(labLayout(labDir).node),
  )) {
    const run = runs.get(id);
    if (pod !== undefined) runs.set(id, { pod, container, image, from: at, to: null, exitCode: null });
    else if (run !== undefined) Object.assign(run, { to: at, exitCode: exitCode ?? null });
  }
  return [...runs.values()];
}

interface CopyLine {
  copyId: string;
  /** Of a line of its end. */
  how?: 'done' | 'failed';
}

/** By their begin. */
export function readArrayCopies(labDir: string): ArrayCopy[] {
  const copies: ArrayCopy[] = [];
  for (const { at, copyId, how } of readJournal<CopyLine>(arrayJournal(labLayout(labDir).standins))) {
    const running = copies.findLast((copy) => copy.copyId === copyId && copy.to === null);
    if (how === undefined) copies.push({ copyId, from: at, to: null, how: null });
    else if (running !== undefined) Object.assign(running, { to: at, how });
  }
  return copies;
}
