import { EXIT_CODES } from '../../client/exit-codes';
import { exitOfResult } from '../../client/follow';
import { describeFailure, type FailureKind } from '../../plan/failures';
import type { VmSummary, WaveResult } from '../../workflows/temporal-api';

function row(kind: FailureKind | null, index: number): VmSummary {
  return {
    name: `web-${index}`,
    target: `migrated/web-${index}`,
    disks: 1,
    bytes: 0,
    methods: [],
    downtimeSeconds: null,
    phaseSeconds: {},
    outcome: kind === null ? 'succeeded' : 'failed',
    failure: kind === null ? null : describeFailure(kind, 'it failed'),
  };
}

function result(...vms: (FailureKind | null)[]): WaveResult {
  return {
    plan: { namespace: 'mtv', name: 'wave-1' },
    phase: 'ended',
    problems: [],
    maxConcurrentVms: 10,
    vms: [],
    succeeded: vms.every((kind) => kind === null),
    results: vms.map(row),
  };
}

test('never gives a number two meanings', () => {
  const codes = Object.values(EXIT_CODES).map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
});

test('keeps the numbers that scripts rely on', () => {
  expect(Object.fromEntries(Object.entries(EXIT_CODES).map(([name, { code }]) => [name, code]))).toEqual({
    ok: 0,
    migrationFailed: 1,
    badInput: 2,
    needsAttention: 3,
    unavailable: 4,
    contractBroken: 5,
    differs: 6,
    inUse: 7,
    findings: 8,
    internal: 70,
    unwritable: 74,
    interrupted: 130,
    unread: 141,
  });
});

test('one failed VM fails the migration', () => {
  expect(exitOfResult(result(null, null))).toBe('ok');
  expect(exitOfResult(result(null, 'CopyFailed'))).toBe('migrationFailed');
});

test('where every VM was migrating already, nothing was done: that is bad input', () => {
  expect(exitOfResult(result('AlreadyMigrating', 'AlreadyMigrating'))).toBe('badInput');
  expect(exitOfResult(result(null, 'AlreadyMigrating'))).toBe('migrationFailed');
});

test('VMs that were migrated before count as done, and change nothing for the others', () => {
  const before = { ...row(null, 0), outcome: 'alreadyMigrated' as const };
  const beside = (...others: Parameters<typeof result>) => {
    const run = result(...others);
    return { ...run, results: [before, ...run.results] };
  };
  expect(exitOfResult(beside())).toBe('ok');
  expect(exitOfResult(beside(null))).toBe('ok');
  expect(exitOfResult(beside('CopyFailed'))).toBe('migrationFailed');
  expect(exitOfResult(beside('AlreadyMigrating'))).toBe('badInput');
});
