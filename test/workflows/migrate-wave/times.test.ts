/** Rows of a report, from the record of one migration. */
import { describeFailure } from '../../../plan/failures';
import { vmId } from '../../../plan/workflow-ids';
import { summarize } from '../../../workflows/migrate-wave/report';
import { timelineOf, waitSeconds } from '../../../workflows/migrate-wave/times';
import {
  beginPhase,
  decide,
  endPhase,
  newMigration,
  type Migration,
} from '../../../workflows/migrate-vm/state';
import { HOOK_PHASES } from '../../../workflows/phase-order';
import { PHASES, type VmState, type VmSummary } from '../../../workflows/temporal-api';
import { BY_IMPORT, frozenVm } from '../../support/frozen-vm';

function at(seconds: number): string {
  return new Date(Date.parse('2026-01-01T10:00:00Z') + seconds * 1000).toISOString();
}

function run(migration: Migration, phase: VmState['phase'], from: number, to: number): void {
  beginPhase(migration.state, phase, at(from));
  endPhase(migration.state, at(to));
}

function retry(migration: Migration, seconds: number, word = 'array is back'): void {
  decide(migration, { at: at(seconds), action: 'retry', who: word, why: word });
}

test('a VM waits for an operator between the end of a phase and the begin of the next', () => {
  const migration = newMigration(frozenVm());
  run(migration, 'check', 0, 10);
  run(migration, 'copy', 10, 30);
  retry(migration, 90);
  run(migration, 'copy', 90, 100.4);

  expect(waitSeconds(migration.state)).toEqual({ operator: 60 });
  expect(timelineOf(migration.state)).toEqual([
    ['check', 0, 10],
    ['copy', 10, 30],
    ['operator', 30, 90],
    ['copy', 90, 100],
  ]);
});

test('one that waited until the deadline, and then ran nothing more, has waited to the end', () => {
  const migration = newMigration(frozenVm());
  run(migration, 'tidy', 0, 10);
  decide(migration, { at: at(610), action: 'deadline', who: 'drover', why: 'no one decided' });
  expect(waitSeconds(migration.state)).toEqual({ operator: 600 });
});

test('a VM waits for its turn in the phase of that name, unless it is granted at once', () => {
  const migration = newMigration(frozenVm());
  run(migration, 'await-turn', 0, 0.2);
  expect(waitSeconds(migration.state)).toEqual({});
  run(migration, 'await-turn', 0.2, 60.2);
  run(migration, 'stop-source', 60.2, 70);
  expect(waitSeconds(migration.state)).toEqual({ turn: 60 });
  expect(timelineOf(migration.state)).toEqual([
    ['turn', 0, 60],
    ['stop-source', 60, 70],
  ]);
});

test('a wait for a cutover window is told apart from the wait for a turn', () => {
  const migration = newMigration(frozenVm());
  run(migration, 'await-window', 0, 3600);
  run(migration, 'await-turn', 3600, 3660);
  run(migration, 'await-window', 3660, 3660.2);
  expect(waitSeconds(migration.state)).toEqual({ window: 3600, turn: 60 });
  expect(timelineOf(migration.state)).toEqual([
    ['window', 0, 3600],
    ['turn', 3600, 3660],
  ]);
});

test('a VM that never parked has waited for nobody', () => {
  const migration = newMigration(frozenVm());
  run(migration, 'check', 0, 10);
  run(migration, 'copy', 10, 30);
  expect(row(migration)).not.toHaveProperty('waitSeconds');
  expect(row(migration)).toMatchObject({ startedAt: at(0), endedAt: at(30) });
});

function row({ vm, state }: Migration): VmSummary {
  const one = {
    name: vm.vm.name,
    moref: vm.vm.moref,
    workflowId: vmId({ vcenterUuid: vm.vcenterUuid, moref: vm.vm.moref }),
    phase: 'ended' as const,
    outcome: 'aborted' as const,
    failure: state.failure,
  };
  return summarize(vm, one, state);
}

test('a row has the estimate of all copies, where that of each disk is known', () => {
  const migration = newMigration(
    frozenVm({ methods: [BY_IMPORT, BY_IMPORT, BY_IMPORT], policy: { maxConcurrentDisks: 2 } }),
  );
  const { disks } = migration.state;
  for (const disk of disks) disk.estimatedSeconds = [10, 30];
  expect(row(migration).estimatedCopySeconds).toEqual([15, 45]);
  disks[0]!.estimatedSeconds = [100, 300];
  expect(row(migration).estimatedCopySeconds).toEqual([100, 300]);
  delete disks[1]!.estimatedSeconds;
  expect(row(migration)).not.toHaveProperty('estimatedCopySeconds');
});

const bytes = (value: unknown): number => JSON.stringify(value).length;

test('a row stays small: an ordinary one below 1 KiB, the worst below 4 KiB', () => {
  const ordinary = newMigration(frozenVm());
  PHASES.filter((phase) => phase !== 'restore' && !Object.hasOwn(HOOK_PHASES, phase)).forEach(
    (phase, index) => run(ordinary, phase, index * 1000, index * 1000 + 999.999),
  );
  expect(bytes(row(ordinary))).toBeLessThan(1024);

  const worst = newMigration(frozenVm());
  for (let round = 0; round < 50; round += 1) {
    PHASES.forEach((phase, index) =>
      run(worst, phase, round * 1e5 + index * 1000, round * 1e5 + index * 1000 + 500),
    );
    retry(worst, round * 1e5 + 9999, 'x'.repeat(5000));
  }
  worst.state.failure = describeFailure('CopyFailed', 'x'.repeat(5000));
  worst.state.disks[0]!.attempts = 500;
  expect(bytes(row(worst))).toBeLessThan(4 * 1024);
  expect(row(worst).decisions).toHaveLength(3);
});
