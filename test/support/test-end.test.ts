/** A test that runs out of time must not meet the next one. */
import { eventually, eventuallyPasses } from './eventually';
import { untilFileEnds } from './test-end';

const OVER = 'the test ended before this was so';

let loops: Promise<unknown>[];
let looks = 0;
let shared: Promise<number>;
let released = false;

test('loops that outlast their test are begun', () => {
  loops = [eventually(() => void looks++), eventuallyPasses(() => Promise.reject(new Error('not yet')))];
  shared = untilFileEnds(() => eventually(() => released && 7));
});

test('they have ended with it, with a reason, and look no more', async () => {
  for (const loop of loops) await expect(loop).rejects.toThrow(OVER);
  const before = looks;
  await expect(eventuallyPasses(() => Promise.reject(new Error('not yet')), 0.2)).rejects.toThrow('not yet');
  expect(looks).toBe(before);
});

test('what several tests wait for goes on', async () => {
  released = true;
  expect(await shared).toBe(7);
});
