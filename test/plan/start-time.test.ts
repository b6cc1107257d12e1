import { readStartTime } from '../../plan/start-time';

const NOW = '2026-11-29T12:00:00.000Z';
const read = (text: string, timeZone?: string) => {
  const answer = readStartTime(text, timeZone, NOW);
  return 'at' in answer ? answer.at : answer.wrong;
};

test('a time is by the clock of a zone, or has its offset', () => {
  expect(read('2026-12-05T22:00', 'Europe/Zurich')).toBe('2026-12-05T21:00:00.000Z');
  expect(read('2026-12-05 22:00:30', 'Asia/Kathmandu')).toBe('2026-12-05T16:15:30.000Z');
  expect(read('2026-12-05T22:00+01:00')).toBe('2026-12-05T21:00:00.000Z');
  expect(read('2026-12-05T22:00:00Z')).toBe('2026-12-05T22:00:00.000Z');
});

test.each<[string, string, string | undefined, string]>([
  [
    'of no zone',
    '2026-12-05T22:00',
    undefined,
    '"2026-12-05T22:00" could be a time of any zone; add the zone, as Europe/Zurich, or an offset: 2026-12-05T22:00+01:00',
  ],
  [
    'of two zones',
    '2026-12-05T22:00Z',
    'Europe/Zurich',
    '"2026-12-05T22:00Z" says its offset itself; leave out the time zone',
  ],
  [
    'of an unknown zone',
    '2026-12-05T22:00',
    'Europe/Zurch',
    'no time zone is named "Europe/Zurch"; did you mean "Europe/Zurich"?',
  ],
  [
    'that is past',
    '2026-11-29T12:59',
    'Europe/Zurich',
    '2026-11-29T12:59 is in the past (2026-11-29T11:59:00.000Z); give a time to come',
  ],
  ['that is none', 'Saturday', 'UTC', '"Saturday" is no time; give it as 2026-12-05T22:00'],
  ['of no day', '2027-02-30T22:00', 'UTC', '"2027-02-30T22:00" is no time; give it as 2026-12-05T22:00'],
  [
    'that the clock jumps over',
    '2027-03-28T02:30',
    'Europe/Zurich',
    'the clocks of Europe/Zurich jump over 2027-03-28T02:30; give another time',
  ],
  [
    'that comes twice',
    '2027-10-31T02:30',
    'Europe/Zurich',
    'the clocks of Europe/Zurich show 2027-10-31T02:30 twice; say which: 2027-10-31T02:30+02:00 or 2027-10-31T02:30+01:00',
  ],
])('refused: a time %s', (_, text, timeZone, wrong) => {
  expect(read(text, timeZone)).toBe(wrong);
});
