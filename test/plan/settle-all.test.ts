import { settleAll } from '../../plan/settle-all';

test('all that was awaited comes in its order', async () => {
  expect(await settleAll([Promise.resolve(1), Promise.resolve('two')])).toEqual([1, 'two']);
});

test('all are waited for, and the first failure in order is thrown', async () => {
  let ended = false;
  const slow = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
    ended = true;
  });

  await expect(
    settleAll([slow, Promise.reject(new Error('a')), Promise.reject(new Error('b'))]),
  ).rejects.toThrow('a');
  expect(ended).toBe(true);
});

test('of several failures the first in the list is told, although another one was faster', async () => {
  let refuse: (error: Error) => void = () => undefined;
  const slow = new Promise<never>((_, reject) => (refuse = reject));
  const all = settleAll([Promise.resolve(1), slow, Promise.reject(new Error('the fastest'))]);
  await new Promise(setImmediate);
  refuse(new Error('the first'));
  await expect(all).rejects.toThrow('the first');
});
