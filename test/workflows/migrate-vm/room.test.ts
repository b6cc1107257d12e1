import { roomFault } from '../../../workflows/migrate-vm/room';

test('a migration is tried again as long as half of what its history may hold is free', () => {
  expect(roomFault({ historyLength: 24_999, historySize: 25 * 2 ** 20 - 1 })).toBeNull();
});

test.each([
  ['events', { historyLength: 25_000, historySize: 1 }],
  ['bytes', { historyLength: 1, historySize: 25 * 2 ** 20 }],
])('one with too many %s is to be aborted instead', (_, history) => {
  expect(roomFault(history)).toBe(
    `its history has ${history.historyLength} events and ${history.historySize} bytes, too many for another try; ` +
      'abort it, and start again with a fresh plan',
  );
});
