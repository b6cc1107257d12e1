import { mayRetire } from '../../../client/versions/retire';

const NOTHING = { rampPercent: null, running: [] };
const PINNED = { workflow: 'migrateVm', pinned: 2, following: 0 };
const FOLLOWING = { workflow: 'migrateWave', pinned: 0, following: 3 };

test('a version that is given new work stays', () => {
  expect(mayRetire({ ...NOTHING, status: 'current' }).why).toBe('it is the current version');
  expect(mayRetire({ ...NOTHING, status: 'ramping', rampPercent: 10 })).toEqual({
    mayRetire: false,
    why: '10 % of what is started goes to it',
  });
});

test.each(['inactive', 'draining', 'drained'] as const)(
  'what must end on a version keeps it, also while it is %s',
  (status) => {
    expect(mayRetire({ ...NOTHING, status, running: [PINNED, FOLLOWING] })).toEqual({
      mayRetire: false,
      why: '2 migrateVm must end on it',
    });
  },
);

test('what only ran there last keeps no version', () => {
  expect(mayRetire({ ...NOTHING, status: 'drained', running: [FOLLOWING] }).mayRetire).toBe(true);
});

test('nothing that is counted is not enough: what began there a moment ago is not counted yet', () => {
  expect(mayRetire({ ...NOTHING, status: 'draining' })).toMatchObject({ mayRetire: false });
});
