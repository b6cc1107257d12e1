import { EXIT_CODES } from '../../client/exit-codes';
import { exitOfResult } from '../../client/follow';
import { describeFailure, type FailureKind } from '../../plan/failures';
import type { WaveResult, WaveVm } from '../../workflows/temporal-api';

function result(...vms: (FailureKind | null)[]): WaveResult {
  return {
    plan: { namespace: 'mtv', name: 'wave-1' },
    phase: 'ended',
    problems: [],
    maxConcurrentVms: 10,
    vms: vms.map((kind, index): WaveVm => ({
      name: `web-${index}`,
      moref: `vm-${index}`,
      workflowId: `migrate-vm/uuid/vm-${index}`,
      phase: 'ended',
      outcome: kind === null ? 'succeeded' : 'failed',
      failure: kind === null ? null : describeFailure(kind, 'it failed'),
    })),
    succeeded: vms.every((kind) => kind === null),
    results: [],
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
  const before = { ...result(null).vms[0]!, outcome: 'alreadyMigrated' as const };
  const beside = (...others: Parameters<typeof result>) => {
    const run = result(...others);
    return { ...run, vms: [before, ...run.vms] };
  };
  expect(exitOfResult(beside())).toBe('ok');
  expect(exitOfResult(beside(null))).toBe('ok');
  expect(exitOfResult(beside('CopyFailed'))).toBe('migrationFailed');
  expect(exitOfResult(beside('AlreadyMigrating'))).toBe('badInput');
});
