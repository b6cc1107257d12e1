import { describeFailure } from '../../../plan/failures';
import { decide, newMigration, parkState, passDeadline } from '../../../workflows/migrate-vm/state';
import { frozenVm } from '../../support/frozen-vm';

const NOW = '2026-01-01T00:00:00Z';

test('the reason for giving up outlives failures on the way back and their retries', () => {
  const migration = newMigration(frozenVm());
  const times = { since: NOW, deadline: NOW };
  parkState(migration, { ...times, failure: describeFailure('QuotaExceeded', 'too little') });
  decide(migration, { at: NOW, action: 'abort', who: 'ann', why: 'enough' });
  parkState(migration, { ...times, failure: describeFailure('MachineNotStopped', 'it runs on') });
  decide(migration, { at: NOW, action: 'retry', who: 'ann', why: 'it is off now' });

  expect(migration.state).toMatchObject({ attention: null, failure: { kind: 'QuotaExceeded' } });
  expect(migration.memory.givenUp).toBe(true);
});

test('the deadline gives a migration up, unless all that is left is tidying', () => {
  for (const [phase, givenUp] of [
    ['copy', true],
    ['tidy', false],
  ] as const) {
    const migration = newMigration(frozenVm());
    migration.state.phase = phase;
    parkState(migration, { since: NOW, deadline: NOW, failure: describeFailure('TargetRefused', 'no') });
    passDeadline(migration, NOW);

    expect(migration.memory.givenUp).toBe(givenUp);
    expect(migration.state.left).toEqual(givenUp ? [] : ['no']);
    expect(migration.state.decisions).toMatchObject([{ action: 'deadline' }]);
  }
});
