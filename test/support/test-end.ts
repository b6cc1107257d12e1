/**
 * What a test has begun ends with the test at the latest. Jest stops no test that runs out of time: its loops and its commands
 * would go on beside the next test, and meet what that one has made.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

const begun = new Set<() => void>();
const begunByFile = new Set<() => void>();
const ofFile = new AsyncLocalStorage<true>();

/** Runs what several tests of a file wait for: it may go on until the last of them has ended. */
export function untilFileEnds<T>(work: () => Promise<T>): Promise<T> {
  return ofFile.run(true, work);
}

/**
 * Calls `end` when the test has ended, unless that is taken back before. What a hook begins counts to the test that follows.
 * @returns takes it back
 */
export function atTestEnd(end: () => void): () => void {
  const all = ofFile.getStore() === true ? begunByFile : begun;
  all.add(end);
  return () => void all.delete(end);
}

function endAll(all: Set<() => void>): void {
  for (const end of all) end();
  all.clear();
}

afterEach(() => endAll(begun));
afterAll(() => endAll(begunByFile));
