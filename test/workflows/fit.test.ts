import { LONGEST_KEPT_VALUE, MOST_CHANGES } from '../../plan/changes/keys';
import { FAILURES, describeFailure } from '../../plan/failures';
import {
  LONGEST_MESSAGE,
  LONGEST_WHO,
  LONGEST_WHY,
  MAX_VMS_PER_WAVE,
  MOST_DISKS,
  MOST_FORMER_GROUPS,
  MOST_GROUPS,
} from '../../plan/field-limits';
import type { FrozenVm, MigratedVm } from '../../plan/frozen';
import { readFields } from '../../plan/read-fields';
import {
  MOST_ATTEMPTS_KEPT,
  type CopyAttempt,
  type VmState,
  type WaveState,
} from '../../workflows/temporal-api';
import { LARGEST_ANSWER, LARGEST_UPDATE_ANSWER, bytesOf, fitted } from '../../workflows/fit';
import { INPUTS } from '../../workflows/inputs';
import {
  beginPhase,
  decide,
  keepAttempts,
  newMigration,
  type Migration,
} from '../../workflows/migrate-vm/state';
import { summarizeMigrated } from '../../workflows/migrate-wave/report';
import { shownState } from '../../workflows/migrate-wave/shown';
import { newWaveState } from '../../workflows/migrate-wave/state';
import { LONGEST_NEWS } from '../../workflows/wave-page/state';
import { MOST_VMS_PER_PAGE } from '../../workflows/migrate-wave/take-outline';
import { BY_PLUGIN, frozenVm } from '../support/frozen-vm';

/** What Temporal takes as one message. */
const PAYLOAD = 2 * 2 ** 20;
const NOW = '2026-01-01T00:00:00.000Z';
/** Three bytes each. */
const long = (characters: number) => '語'.repeat(characters);
const IMAGE = `registry.example.com/vendor/offload@sha256:${'a'.repeat(64)}`;

/** With as many disks as there may be, and every text of each as long as it may be. */
function fullVm(): FrozenVm {
  const vars = { A: long(4_095) };
  const vm = frozenVm({ methods: Array.from({ length: MOST_DISKS }, () => ({ ...BY_PLUGIN, vars })) });
  const path = `[ssd-1] ${long(1_000)}`;
  const disks = vm.disks.map((disk) => ({
    ...disk,
    basePath: path,
    currentPath: path,
    datastore: long(255),
  }));
  return { ...vm, disks };
}

/** Ten attempts at each disk, thousands of retries, and each with the longest words. */
function fullMigration(): Migration {
  const vm = frozenVm({ methods: Array.from({ length: MOST_DISKS }, () => BY_PLUGIN) });
  const migration = newMigration(vm);
  const failure = describeFailure('CopyFailed', long(LONGEST_MESSAGE));
  const attempts = Array.from({ length: MOST_ATTEMPTS_KEPT }, (_, index): CopyAttempt => ({
    number: index + 1,
    method: 'plugin',
    startedAt: NOW,
    endedAt: NOW,
    outcome: 'failed',
    failure,
    image: IMAGE,
    bytes: 2 ** 40,
  }));
  for (const disk of migration.state.disks) {
    keepAttempts(disk, attempts);
    Object.assign(disk, { phase: 'failed', failure });
    disk.fellBack = { from: IMAGE, at: NOW, kind: 'CopyFailed', message: failure.message };
  }
  migration.state.failure = failure;
  const value = long(LONGEST_KEPT_VALUE);
  const changes = Array.from({ length: MOST_CHANGES }, () => ({ key: value, before: value, after: value }));
  for (let retries = 0; retries < 2_000; retries++) {
    beginPhase(migration.state, 'copy', NOW);
    const said = { who: long(LONGEST_WHO), why: long(LONGEST_WHY) };
    decide(migration, { at: NOW, action: 'retry', ...said, changes });
  }
  return migration;
}

test('the largest input of a migration is sound, and fits into a message of Temporal', () => {
  const vm = fullVm();
  expect(readFields(INPUTS.migrateVm, vm).wrong).toBeNull();
  expect(bytesOf(vm)).toBeGreaterThan(2 ** 20);
  expect(bytesOf(vm)).toBeLessThan(PAYLOAD * 0.85);
});

test('thousands of retries leave a bounded record, which ends with the last', () => {
  const { state } = fullMigration();
  expect(state.decisions).toHaveLength(100);
  expect(state.timings).toHaveLength(500);
});

describe('64 disks with full records of ten attempts each', () => {
  const { state } = fullMigration();

  test('would not fit as they are, and fit as they are answered with', () => {
    expect(bytesOf(state)).toBeGreaterThan(PAYLOAD);
    expect(bytesOf(fitted(state))).toBeLessThanOrEqual(LARGEST_ANSWER);
    expect(LARGEST_ANSWER).toBeLessThan(PAYLOAD / 4);
  });

  test('keep every disk, its name and its path, and their last attempts', () => {
    const shown = fitted(state);
    expect(shown.disks.map(({ volumeName, path }) => [volumeName, path])).toEqual(
      state.disks.map(({ volumeName, path }) => [volumeName, path]),
    );
    for (const { attemptLog } of shown.disks) {
      expect(attemptLog?.at(-1)).toMatchObject({ number: MOST_ATTEMPTS_KEPT, image: IMAGE });
    }
    expect(shown.decisions.at(-1)?.why).toMatch(/^語+…$/);
  });

  test('are answered to an operator in little, since answers stay in the history', () => {
    const disks = state.disks.map(({ attemptLog: _, ...disk }) => disk);
    expect(bytesOf(fitted({ ...state, disks }, LARGEST_UPDATE_ANSWER))).toBeLessThan(
      2 * LARGEST_UPDATE_ANSWER,
    );
  });
});

/** A wave of as many VMs as there may be, each of which failed for the longest reason. */
function fullWave(): WaveState {
  const failure = describeFailure('CopyFailed', long(LONGEST_NEWS));
  const said = { who: long(LONGEST_WHO), why: long(LONGEST_WHY) };
  const name = 'n'.repeat(255);
  const group = (index: number) => `${'g'.repeat(60)}${index}`;
  const times = <T>(count: number, make: (index: number) => T) =>
    Array.from({ length: count }, (_, index) => make(index));
  return {
    ...newWaveState(),
    phase: 'migrating',
    vms: times(MAX_VMS_PER_WAVE, (index) => ({
      name,
      moref: `vm-${index}`,
      workflowId: `migrate-vm/6f1c2f53-8a0a-4f6e-9a44-0c7a1c0f4f10/vm-${index}`,
      phase: 'ended',
      outcome: 'failed',
      failure,
      group: group(index % MOST_GROUPS),
      priority: 5,
      canary: true,
      forgiven: true,
      cancelled: said,
    })),
    rules: {
      groups: times(MOST_GROUPS, (index) => ({
        name: group(index),
        after: times(MOST_FORMER_GROUPS, group),
      })),
      gate: null,
    },
    holds: times(MOST_GROUPS, (index) => ({
      kind: 'group',
      group: group(index),
      why: long(LONGEST_MESSAGE),
      since: NOW,
      needsOperator: true,
      vms: times(5, () => name),
      count: 200,
    })),
    decisions: times(100, () => ({ at: NOW, action: 'cancel', about: `VM ${name}`, vms: 1, ...said })),
  };
}

test('ten thousand VMs, each failed for the longest reason, are answered piece by piece, each within one message', () => {
  const state = fullWave();
  const seen: string[] = [];
  for (let from: number | undefined = 0; from !== undefined;) {
    const shown = shownState(state, from);
    expect(bytesOf(shown)).toBeLessThanOrEqual(LARGEST_ANSWER);
    expect(shown.counts?.reduce((sum, { total }) => sum + total, 0)).toBe(MAX_VMS_PER_WAVE);
    seen.push(...shown.vms.map(({ moref }) => moref));
    from = shown.next;
  }
  expect(seen).toEqual(state.vms.map(({ moref }) => moref));
});

test('the report of a page is answered within one message, with each of its VMs', () => {
  const failure = describeFailure('CopyFailed', long(LONGEST_MESSAGE));
  const fellBack = Array.from({ length: MOST_DISKS }, (_, disk) => {
    return { disk, from: IMAGE, at: NOW, kind: 'CopyFailed', message: failure.message };
  });
  const results = Array.from({ length: MOST_VMS_PER_PAGE }, (_, index) => {
    return { name: 'n'.repeat(255), target: `migrated/x${index}`, disks: MOST_DISKS, fellBack, failure };
  });
  expect(bytesOf(results)).toBeGreaterThan(10 * PAYLOAD);
  const shown = fitted({ results });
  expect(bytesOf(shown)).toBeLessThanOrEqual(LARGEST_ANSWER);
  expect(shown.results.map(({ target }) => target)).toEqual(results.map(({ target }) => target));
});

test('a page fits with VMs alone that were migrated before', () => {
  const before = Array.from({ length: MOST_VMS_PER_PAGE }, (_, index): MigratedVm => ({
    vcenterUuid: '6f1c2f53-8a0a-4f6e-9a44-0c7a1c0f4f10',
    vm: { name: 'n'.repeat(255), moref: `vm-${index}` },
    target: { namespace: 'n'.repeat(63), name: 't'.repeat(63) },
    plan: { namespace: 'p'.repeat(63), name: 'p'.repeat(63) },
    at: NOW,
    disks: MOST_DISKS,
    targetStands: true,
  }));
  expect(bytesOf({ results: before.map(summarizeMigrated) })).toBeLessThanOrEqual(LARGEST_ANSWER);
});

test('what is small enough stays as it is', () => {
  const state: VmState = newMigration(frozenVm()).state;
  expect(fitted(state)).toBe(state);
});

test('a failure of any kind says no more than its longest message', () => {
  for (const { remedy } of Object.values(FAILURES)) expect(remedy.length).toBeLessThan(200);
});
