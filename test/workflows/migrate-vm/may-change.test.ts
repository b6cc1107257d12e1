/** What the state of a migration allows a retry to change: each key in each state, and the reasons. */
import fc from 'fast-check';
import { CHANGE_KEYS, type ChangeKey } from '../../../plan/changes/keys';
import { describeFailure, type FailureKind } from '../../../plan/failures';
import { formatProblem } from '../../../plan/problem';
import { PHASES, type Phase } from '../../../workflows/temporal-api';
import { changeFaults } from '../../../workflows/migrate-vm/may-change';
import { newMigration, NOT_CONVERTED, type Migration } from '../../../workflows/migrate-vm/state';
import { BY_IMPORT, BY_PLUGIN, frozenVm } from '../../support/frozen-vm';

const ROWS = Object.keys(CHANGE_KEYS) as ChangeKey[];
const written = (row: string) => row.replace('disk.N', 'disk.0').replace('NAME', 'POOL');
const FORWARD: Phase[] = PHASES.filter((phase) => phase !== 'restore');

/** Parked in a phase, with all before it done. */
function parkedIn(phase: Phase, kind: FailureKind = 'Unexpected'): Migration {
  const migration = newMigration(frozenVm({ methods: [BY_PLUGIN, BY_IMPORT] }));
  const { state, memory } = migration;
  FORWARD.slice(0, FORWARD.indexOf(phase)).forEach((done) => memory.done.add(done));
  state.phase = phase;
  state.attention = { phase, since: '', deadline: '', failure: describeFailure(kind, 'it failed') };
  if (memory.done.has('copy')) for (const disk of state.disks) disk.phase = 'copied';
  if (memory.done.has('convert')) state.conversion = { ...NOT_CONVERTED, converted: true };
  return migration;
}

const refusedIn = (migration: Migration) =>
  ROWS.filter((row) => changeFaults(migration, [written(row)]).length > 0);

/** Keys that a VM refuses that is parked in this phase, besides those that it refuses in the phase before. */
const REFUSED_FROM: Partial<Record<Phase, ChangeKey[]>> = {
  'await-window': ['bindDeadline'],
  copy: ['shutdownTimeout', 'onShutdownTimeout'],
  convert: [
    ...ROWS.filter((row) => row.startsWith('disk.')),
    'maxConcurrentDisks',
    'copyAttempts',
    'importRestarts',
    'copyDeadline',
    'copyStartDeadline',
    'stallWarning',
    'stallDeadline',
  ],
  'create-vm': [
    'conversion',
    'conversionImage',
    'conversionTempStorageSize',
    'onUnconvertible',
    'convertAttempts',
    'convertDeadline',
    'convertStartDeadline',
  ],
  verify: ['startDeadline'],
  'after-verify': ['verify.by', 'verify.pattern', 'verify.port', 'verify.timeout'],
};

test.each(FORWARD)('parked in %s, a VM refuses exactly what can have no effect any more', (phase) => {
  const past = FORWARD.slice(0, FORWARD.indexOf(phase) + 1);
  const expected = new Set(past.flatMap((one) => REFUSED_FROM[one] ?? []));
  expect(refusedIn(parkedIn(phase))).toEqual(ROWS.filter((row) => expected.has(row)));
});

test('the reason names the disk, its volume, and what is possible', () => {
  const migration = parkedIn('copy');
  migration.state.disks[1]!.phase = 'copied';
  expect(changeFaults(migration, ['disk.0.storageClass'])).toEqual([]);
  const [fault] = changeFaults(migration, ['disk.1.storageClass']);
  expect(formatProblem(fault!)).toBe(
    `disk.1.storageClass: disk 1 is copied already, and its volume ${migration.vm.disks[1]?.volumeName} is filled; leave it out; or abort, and migrate the VM with another map`,
  );
});

test('one that is being given up refuses everything', () => {
  const migration = parkedIn('restore');
  migration.memory.givenUp = true;
  expect(changeFaults(migration, ['copyDeadline', 'parkDeadline'])).toHaveLength(1);
});

test.each<[FailureKind, boolean]>([
  ['GuestNotRecognized', true],
  ['GuestEncrypted', true],
  ['ScratchFull', true],
  ['ConversionFailed', false],
  ['ConversionLost', false],
  ['WaitFailed', false],
])('after %s of a conversion that ran, it can be skipped: %s', (kind, isAllowed) => {
  const migration = parkedIn('convert', kind);
  migration.memory.converting = 'conversion-1';
  for (const key of ['conversion', 'conversionImage', 'conversionTempStorageSize'])
    expect(changeFaults(migration, [key])).toHaveLength(isAllowed ? 0 : 1);
  expect(changeFaults(migration, ['convertDeadline', 'onUnconvertible'])).toEqual([]);
});

test('whatever is asked in whatever state, nothing of a copied disk or a settled guest is changed', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...FORWARD),
      fc.subarray(ROWS, { minLength: 1 }),
      fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
      fc.constantFrom<FailureKind>('ConversionLost', 'ScratchFull', 'CopyFailed'),
      (phase, rows, copied, kind) => {
        const migration = parkedIn(phase, kind);
        const { disks, conversion } = migration.state;
        disks.forEach((disk, place) => {
          if (phase === 'copy' && copied[place]) disk.phase = 'copied';
        });
        const keys = rows.map(written);
        const before = JSON.stringify(migration.state);
        const allowed = keys.filter((key) => changeFaults(migration, [key]).length === 0);
        expect(JSON.stringify(migration.state)).toBe(before);
        if (disks[0]?.phase === 'copied')
          expect(allowed.filter((key) => key.startsWith('disk.0.'))).toEqual([]);
        if (conversion !== null) expect(allowed.filter((key) => /^conver|^onUnconv/.test(key))).toEqual([]);
        expect(changeFaults(migration, keys)).toHaveLength(keys.length - allowed.length);
      },
    ),
  );
});
