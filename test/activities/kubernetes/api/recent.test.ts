import { Recent } from '../../../../activities/kubernetes/api/recent';

/** Answers one after the other, and how many were asked for. */
function answers<V>(...given: (() => Promise<V>)[]) {
  let asked = 0;
  return {
    ask: (): Promise<V> => given[asked++]?.() ?? Promise.reject(new Error('asked too often')),
    count: () => asked,
  };
}

const yes = (value: string | null) => () => Promise.resolve(value);
const no = () => Promise.reject(new Error('away'));

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('those who ask at once, and those who ask soon after, share one answer', async () => {
  const recent = new Recent<string | null>(1_000);
  const { ask, count } = answers<string | null>(yes('a'), yes('b'));
  expect(await Promise.all([recent.get('k', ask), recent.get('k', ask)])).toEqual(['a', 'a']);
  jest.advanceTimersByTime(999);
  expect(await recent.get('k', ask)).toBe('a');
  expect(count()).toBe(1);
  jest.advanceTimersByTime(1);
  expect(await recent.get('k', ask)).toBe('b');
});

test('what failed or was missing is asked for again', async () => {
  const recent = new Recent<string | null>(1_000);
  const { ask } = answers<string | null>(no, yes(null), yes('there'));
  await expect(recent.get('k', ask)).rejects.toThrow('away');
  expect(await recent.get('k', ask)).toBeNull();
  expect(await recent.get('k', ask)).toBe('there');
});

test('keys have answers of their own', async () => {
  const recent = new Recent<string | null>(1_000);
  const { ask } = answers<string | null>(yes('a'), yes('b'));
  expect([await recent.get('k', ask), await recent.get('l', ask)]).toEqual(['a', 'b']);
});
