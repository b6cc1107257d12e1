import { KeptReadings } from '../../activities/kept-readings';

let kept: KeptReadings<number>;
let readings: number;
const read = () => Promise.resolve((readings += 1));

beforeEach(() => {
  jest.useFakeTimers();
  kept = new KeptReadings();
  readings = 0;
});
afterEach(() => {
  jest.useRealTimers();
});

test('pages behind the first have what was read for it, and another question has not', async () => {
  expect(await kept.get({ plan: 'a' }, true, read)).toBe(1);
  expect(await kept.get({ plan: 'a' }, false, read)).toBe(1);
  expect(await kept.get({ plan: 'b' }, false, read)).toBe(2);
  expect(await kept.get({ plan: 'a' }, false, read)).toBe(1);
});

test('a first page is read anew, and the pages behind it have the new reading', async () => {
  await kept.get('a', true, read);
  expect(await kept.get('a', true, read)).toBe(2);
  expect(await kept.get('a', false, read)).toBe(2);
});

test('a reading is kept for a minute, however long it took', async () => {
  const slow = () => {
    jest.advanceTimersByTime(90_000);
    return read();
  };
  await kept.get('a', true, slow);
  jest.advanceTimersByTime(59_000);
  expect(await kept.get('a', false, read)).toBe(1);
  jest.advanceTimersByTime(1_000);
  expect(await kept.get('a', false, read)).toBe(2);
});

test('nothing is kept of a reading that failed, of one that is forgotten, and of the oldest of three', async () => {
  await expect(kept.get('a', true, () => Promise.reject(new Error('no vCenter')))).rejects.toThrow(
    'no vCenter',
  );
  expect(await kept.get('a', false, read)).toBe(1);
  kept.forget('a');
  expect(await kept.get('a', false, read)).toBe(2);
  await kept.get('b', true, read);
  await kept.get('c', true, read);
  expect(await kept.get('c', false, read)).toBe(4);
  expect(await kept.get('b', false, read)).toBe(3);
  expect(await kept.get('a', false, read)).toBe(5);
});
