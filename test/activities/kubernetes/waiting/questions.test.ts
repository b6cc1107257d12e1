import { type Pauses, Questions } from '../../../../activities/kubernetes/waiting/questions';

let hours = 0;

beforeEach(() => {
  // Whatever an earlier test has asked is over.
  hours += 1;
  jest.useFakeTimers().setSystemTime(hours * 3_600_000);
});
afterEach(() => {
  jest.useRealTimers();
});

const PAUSES: Pauses = { first: 5_000, next: 5_000 };

interface Asked {
  /** By each wait. */
  times: number[];
  /** Milliseconds in which an answer was awaited. */
  spent: number;
}

/**
 * So many waits ask whenever they may, for ten minutes: each looks every two seconds whether it may.
 * @param took milliseconds until an answer
 */
async function ask(waits: number, took: number, pauses = PAUSES): Promise<Asked> {
  const end = Date.now() + 600_000;
  const all = Array.from({ length: waits }, () => new Questions(pauses));
  const asked: Asked = { times: all.map(() => 0), spent: 0 };
  for (let tick = 0; Date.now() < end; tick += 1) {
    for (const [number, questions] of all.entries()) {
      if (number % 20 !== tick % 20 || !questions.isTime()) continue;
      await questions.ask(() => Promise.resolve(jest.setSystemTime(Date.now() + took)));
      asked.times[number]! += 1;
      asked.spent += took;
    }
    jest.setSystemTime(Date.now() + 100);
  }
  return asked;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

test('few waits ask as often as they want to, and none before its first pause has passed', async () => {
  const { times } = await ask(3, 5);
  for (const one of times) {
    expect(one).toBeGreaterThanOrEqual(95);
    expect(one).toBeLessThanOrEqual(120);
  }
  expect(new Questions(PAUSES).isTime()).toBe(false);
});

test('many waits together ask four times a second at most, and all of them come to ask', async () => {
  const { times } = await ask(400, 5);
  expect(sum(times)).toBeLessThanOrEqual(4 * 600);
  expect(Math.min(...times)).toBeGreaterThanOrEqual(2);
});

test('a cluster that answers slowly is left alone for four fifths of the time', async () => {
  const { times, spent } = await ask(100, 2_000);
  expect(spent).toBeLessThanOrEqual(600_000 / 5 + 2_000);
  expect(spent).toBeGreaterThan(600_000 / 10);
  // Some sixty answers for a hundred waits: nobody takes many of them.
  expect(Math.max(...times)).toBeLessThanOrEqual(3);
});

test('while one question is not answered, nobody else asks', async () => {
  const [one, other] = [new Questions(PAUSES), new Questions(PAUSES)];
  jest.setSystemTime(Date.now() + 6_000);
  let answer = (): void => {};
  expect(one.isTime()).toBe(true);
  const asked = one.ask(() => new Promise<void>((resolve) => (answer = resolve)));
  expect(other.isTime()).toBe(false);
  answer();
  await asked;
  jest.setSystemTime(Date.now() + 250);
  expect(other.isTime()).toBe(true);
});

test('a question that fails frees the turn for others', async () => {
  const [one, other] = [new Questions(PAUSES), new Questions(PAUSES)];
  jest.setSystemTime(Date.now() + 6_000);
  await expect(one.ask(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  jest.setSystemTime(Date.now() + 250);
  expect(other.isTime()).toBe(true);
});

test('waits that end while they want to ask hold nobody up', async () => {
  const gone = Array.from({ length: 50 }, () => new Questions(PAUSES));
  const stays = new Questions(PAUSES);
  jest.setSystemTime(Date.now() + 6_000);
  for (const one of gone) one.isTime();
  jest.setSystemTime(Date.now() + 3_000);
  expect(stays.isTime()).toBe(false);
  jest.setSystemTime(Date.now() + 16_000);
  expect(stays.isTime()).toBe(true);
});

test('the pause of a wait doubles where it says so, and begins anew with it', async () => {
  const questions = new Questions({ first: 1_000, next: 5_000, rarest: 10_000 });
  const pauses: number[] = [];
  const begin = Date.now();
  let last = begin;
  for (let count = 0; count < 4;) {
    jest.setSystemTime(Date.now() + 500);
    if (!questions.isTime()) continue;
    pauses.push(Date.now() - last);
    last = Date.now();
    if (++count === 3) questions.beginAnew();
    else await questions.ask(() => Promise.resolve());
  }
  expect(pauses).toEqual([1_000, 5_000, 10_000, 1_000]);
});
