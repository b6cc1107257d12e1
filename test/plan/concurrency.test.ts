import { limit } from '../../plan/concurrency';

/** Lets every promise that can settle do so. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('no more tasks run than there are permits, first come first served', async () => {
  const inTurn = limit(2);
  const started: number[] = [];
  const ends: (() => void)[] = [];
  const runs = [0, 1, 2, 3].map((task) =>
    inTurn(() => {
      started.push(task);
      return new Promise<void>((resolve) => ends.push(resolve));
    }),
  );

  await settled();
  expect(started).toEqual([0, 1]);
  ends[1]?.();
  await settled();
  expect(started).toEqual([0, 1, 2]);
  ends[0]?.();
  ends[2]?.();
  await settled();
  ends[3]?.();
  await Promise.all(runs);
  expect(started).toEqual([0, 1, 2, 3]);
});

test('a task that fails frees its permit', async () => {
  const inTurn = limit(1);
  const failing = inTurn(() => Promise.reject(new Error('no')));
  const next = inTurn(() => Promise.resolve('yes'));

  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('yes');
});
