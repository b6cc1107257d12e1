import fc from 'fast-check';
import { DAYS, type Window } from '../../plan/manifests/windows';
import { standingAt } from '../../plan/windows';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function window(timeZone: string, from: string, to: string, days: Window['days'] = [...DAYS]): Window {
  return { timeZone, days, from, to };
}

/** Opens and closes, from this moment on, so many changes. */
function changes(windows: Window[], at: string, count: number): string[] {
  const { open, until } = standingAt(windows, at);
  if (count === 0 || until === null) return [];
  return [`${open ? 'closes' : 'opens'} ${until.slice(0, 16)}Z`, ...changes(windows, until, count - 1)];
}

test('a window of some days opens in the evening of these, and closes the next morning', () => {
  const weekend = window('Europe/Zurich', '22:00', '06:00', ['Sat', 'Sun']);
  expect(standingAt([weekend], '2026-12-03T12:00:00Z')).toEqual({
    open: false,
    until: '2026-12-05T21:00:00.000Z',
    local: 'Sat 2026-12-05 22:00 Europe/Zurich',
  });
  expect(standingAt([weekend], '2026-12-06T02:00:00Z')).toEqual({
    open: true,
    until: '2026-12-06T05:00:00.000Z',
    local: 'Sun 2026-12-06 06:00 Europe/Zurich',
  });
});

test('a window is open from its first moment, and shut at its last', () => {
  const night = [window('UTC', '22:00', '06:00')];
  const openAt = (time: string) => standingAt(night, `2026-12-05T${time}Z`).open;
  expect(['21:59:59.999', '22:00:00', '23:00:00'].map(openAt)).toEqual([false, true, true]);
  expect(['05:59:59.999', '06:00:00'].map(openAt)).toEqual([true, false]);
});

test('windows that touch or overlap are one, in whatever zones', () => {
  const windows = [
    window('Europe/Zurich', '00:00', '06:00', ['Sun']),
    window('Europe/Zurich', '22:00', '24:00', ['Sat']),
    window('UTC', '04:00', '08:00', ['Sun']),
  ];
  expect(changes(windows, '2026-12-05T12:00:00Z', 2)).toEqual([
    'opens 2026-12-05T21:00Z',
    'closes 2026-12-06T08:00Z',
  ]);
});

test('of windows that leave no gap none ever closes', () => {
  const always = [window('Asia/Kathmandu', '00:00', '12:00'), window('Asia/Kathmandu', '12:00', '24:00')];
  expect(standingAt(always, '2026-12-05T12:00:00Z')).toEqual({ open: true, until: null, local: null });
});

test.each<[string, Window, string, string[]]>([
  [
    'Europe/Zurich, summer time begins: the night is an hour shorter',
    window('Europe/Zurich', '22:00', '06:00', ['Sat']),
    '2027-03-27T12:00:00Z',
    ['opens 2027-03-27T21:00Z', 'closes 2027-03-28T04:00Z'],
  ],
  [
    'Europe/Zurich, summer time ends: the night is an hour longer',
    window('Europe/Zurich', '22:00', '06:00', ['Sat']),
    '2026-10-24T12:00:00Z',
    ['opens 2026-10-24T20:00Z', 'closes 2026-10-25T05:00Z'],
  ],
  [
    'Europe/Zurich, 02:30 does not exist: it opens as the clock jumps to 03:00',
    window('Europe/Zurich', '02:30', '05:00', ['Sun']),
    '2027-03-27T12:00:00Z',
    ['opens 2027-03-28T01:00Z', 'closes 2027-03-28T03:00Z'],
  ],
  [
    'Europe/Zurich, 02:30 does not exist: it closes as the clock jumps to 03:00',
    window('Europe/Zurich', '22:00', '02:30', ['Sat']),
    '2027-03-27T12:00:00Z',
    ['opens 2027-03-27T21:00Z', 'closes 2027-03-28T01:00Z'],
  ],
  [
    'Europe/Zurich, neither 02:15 nor 02:45 exists: it opens a week later',
    window('Europe/Zurich', '02:15', '02:45', ['Sun']),
    '2027-03-27T12:00:00Z',
    ['opens 2027-04-04T00:15Z', 'closes 2027-04-04T00:45Z'],
  ],
  [
    'Europe/Zurich, 02:30 comes twice: it opens at the first',
    window('Europe/Zurich', '02:30', '05:00', ['Sun']),
    '2026-10-24T12:00:00Z',
    ['opens 2026-10-25T00:30Z', 'closes 2026-10-25T04:00Z'],
  ],
  [
    'Europe/Zurich, 02:30 comes twice: it closes at the first, and stays shut',
    window('Europe/Zurich', '22:00', '02:30', ['Sat']),
    '2026-10-24T12:00:00Z',
    ['opens 2026-10-24T20:00Z', 'closes 2026-10-25T00:30Z', 'opens 2026-10-31T21:00Z'],
  ],
  [
    'America/New_York, summer time begins',
    window('America/New_York', '22:00', '06:00', ['Sat']),
    '2027-03-13T12:00:00Z',
    ['opens 2027-03-14T03:00Z', 'closes 2027-03-14T10:00Z'],
  ],
  [
    'America/New_York, summer time ends, and 01:30 comes twice',
    window('America/New_York', '01:30', '03:00', ['Sun']),
    '2026-10-31T12:00:00Z',
    ['opens 2026-11-01T05:30Z', 'closes 2026-11-01T08:00Z'],
  ],
  [
    'Australia/Lord_Howe, where summer time begins by half an hour, and 02:15 does not exist',
    window('Australia/Lord_Howe', '02:15', '04:00', ['Sun']),
    '2026-10-03T00:00:00Z',
    ['opens 2026-10-03T15:30Z', 'closes 2026-10-03T17:00Z'],
  ],
  [
    'Australia/Lord_Howe, where summer time ends by half an hour, and 01:45 comes twice',
    window('Australia/Lord_Howe', '01:45', '04:00', ['Sun']),
    '2027-04-03T00:00:00Z',
    ['opens 2027-04-03T14:45Z', 'closes 2027-04-03T17:30Z'],
  ],
  [
    'Asia/Kathmandu, whose clock is three quarters of an hour off',
    window('Asia/Kathmandu', '22:00', '06:00', ['Sat']),
    '2026-12-05T00:00:00Z',
    ['opens 2026-12-05T16:15Z', 'closes 2026-12-06T00:15Z'],
  ],
  [
    'Pacific/Apia, which left out a whole Friday',
    window('Pacific/Apia', '22:00', '06:00', ['Fri']),
    '2011-12-29T12:00:00Z',
    ['opens 2011-12-30T10:00Z', 'closes 2011-12-30T16:00Z'],
  ],
])('%s', (_, one, at, expected) => {
  expect(changes([one], at, expected.length)).toEqual(expected);
});

/** Around these moments the clocks of some zones change. */
const CHANGES: Record<string, string[]> = {
  'Europe/Zurich': ['2027-03-28T01:00Z', '2026-10-25T01:00Z'],
  'America/New_York': ['2027-03-14T07:00Z', '2026-11-01T06:00Z'],
  'Australia/Lord_Howe': ['2026-10-03T15:30Z', '2027-04-03T15:00Z'],
  'Asia/Kathmandu': ['2026-12-05T12:00Z'],
  'Pacific/Apia': ['2011-12-30T10:00Z'],
};

const quarterHour = (from: number, to: number) =>
  fc
    .tuple(fc.integer({ min: from, max: to }), fc.constantFrom('00', '15', '30', '45'))
    .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${minute}`);

/** Half of all times are near the hours in which clocks change. */
const time = fc.oneof(quarterHour(0, 23), quarterHour(0, 3));

const anyWindow = (timeZone: string): fc.Arbitrary<Window> =>
  fc
    .record({
      timeZone: fc.constant(timeZone),
      days: fc.subarray([...DAYS], { minLength: 1 }),
      from: time,
      to: fc.oneof(time, fc.constant('24:00')),
    })
    .filter(({ from, to }) => from !== to);

const anyCase = fc.constantFrom(...Object.keys(CHANGES)).chain((timeZone) =>
  fc.record({
    windows: fc.array(anyWindow(timeZone), { minLength: 1, maxLength: 3 }),
    at: fc
      .tuple(fc.constantFrom(...CHANGES[timeZone]!), fc.integer({ min: -26 * 60, max: 26 * 60 }))
      .map(([change, minutes]) => Date.parse(change) + minutes * MINUTE),
  }),
);

const CLOCKS = new Map<string, Intl.DateTimeFormat>();
const SHOWN = new Map<string, string>();

/** What a clock on the wall shows: `2026-12-05T22:00`. */
function wallClock(at: number, timeZone: string): string {
  const key = `${timeZone} ${at}`;
  const shown = SHOWN.get(key) ?? clockOf(timeZone).format(at).replace(' ', 'T');
  SHOWN.set(key, shown);
  return shown;
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const clock =
    CLOCKS.get(timeZone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  CLOCKS.set(timeZone, clock);
  return clock;
}

function dayAfter(date: string): string {
  return new Date(Date.parse(`${date}T00:00Z`) + 24 * HOUR).toISOString().slice(0, 10);
}

/** Someone who looks at the clock every quarter of an hour, and writes down each opening. */
function watched({ timeZone, days, from, to }: Window, begin: number, end: number): [number, number][] {
  const moments = Array.from({ length: (end - begin) / (15 * MINUTE) }, (_, i) => begin + i * 15 * MINUTE);
  const firstAt = (text: string) => moments.find((moment) => wallClock(moment, timeZone) >= text);
  const dates = Array.from({ length: Math.ceil((end - begin) / (24 * HOUR)) }, (_, i) =>
    new Date(begin + i * 24 * HOUR).toISOString().slice(0, 10),
  );
  return dates
    .filter((date) => days.includes(DAYS[(new Date(date).getUTCDay() + 6) % 7]!))
    .flatMap((date): [number, number][] => {
      const last = to === '24:00' ? `${dayAfter(date)}T00:00` : `${to > from ? date : dayAfter(date)}T${to}`;
      const [opens, closes] = [firstAt(`${date}T${from}`), firstAt(last)];
      return opens === undefined ? [] : [[opens, closes ?? Infinity]];
    });
}

test('whoever watches the clock sees every window open and close as calculated', () => {
  fc.assert(
    fc.property(anyCase, ({ windows, at }) => {
      const midnight = Math.floor(at / (24 * HOUR)) * 24 * HOUR;
      const [begin, end] = [midnight - 4 * 24 * HOUR, midnight + 12 * 24 * HOUR];
      const spans = windows.flatMap((one) => watched(one, begin, end));
      const isOpen = (moment: number) => spans.some(([from, to]) => from <= moment && moment < to);
      const { open, until } = standingAt(windows, new Date(at).toISOString());
      expect(open).toBe(isOpen(at));
      const ends = spans.flat().filter((edge) => edge > at && isOpen(edge) !== open && edge < end);
      const next = Math.min(...ends);
      if (next < end - 4 * 24 * HOUR) expect(until).toBe(new Date(next).toISOString());
    }),
    { numRuns: 100 },
  );
});
