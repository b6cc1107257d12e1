import { FAILURES, failureSpec, type FailureKind } from '../../../plan/failures';
import { PHASES } from '../../../workflows/temporal-api';
import { diskCopied, newMigration, type Migration } from '../../../workflows/migrate-vm/state';
import { undoWhatFailed } from '../../../workflows/migrate-vm/undo';
import { sourceRan, voidCopies, volumeGone } from '../../../workflows/migrate-vm/void-copies';
import { BY_IMPORT, BY_PLUGIN, frozenVm } from '../../support/frozen-vm';

const NOW = '2026-01-01T00:00:00Z';

/** Two disks, copied, marked, and every phase done. */
function finished(): Migration {
  const migration = newMigration(frozenVm({ methods: [BY_IMPORT, BY_PLUGIN] }));
  const { memory, state } = migration;
  for (const disk of state.disks) {
    diskCopied(disk, 1, NOW);
    memory.fillings.set(disk.key, NOW);
    memory.marked.add(disk.key);
  }
  for (const phase of PHASES) memory.done.add(phase);
  Object.assign(memory, { released: true, evidence: { bootTime: null, lastPowerOn: null } });
  return migration;
}

function undone({ memory }: Migration): string[] {
  return PHASES.filter((phase) => !memory.done.has(phase));
}

test('one volume that is gone costs the copy of one disk', () => {
  const migration = finished();
  volumeGone(migration, 2000);

  expect(undone(migration)).toEqual(['volumes', 'copy']);
  expect([...migration.memory.fillings.keys()]).toEqual([2001]);
  expect(migration.memory).toMatchObject({ released: false, stale: false });
});

test('void copies cost every disk and what was built on them, but not the stop of the source', () => {
  const migration = finished();
  voidCopies(migration);

  expect(undone(migration)).toEqual([
    ...['volumes', 'copy', 'convert', 'create-vm', 'start-vm', 'verify'],
    // Hooks that follow the proof that the guest is up.
    ...['after-verify', 'post-hook'],
  ]);
  expect(migration.state.disks.map(({ phase }) => phase)).toEqual(['waiting', 'waiting']);
  expect(migration.memory).toMatchObject({ released: false, stale: true });
  expect(migration.memory.evidence).not.toBeNull();
});

test('a source that ran has to be stopped again, too', () => {
  const migration = finished();
  sourceRan(migration);

  expect(undone(migration)).toContain('stop-source');
  expect(migration.memory).toMatchObject({ evidence: null, connection: null });
});

test.each([
  ['SourceRanMeanwhile', 'stop-source'],
  ['ScratchLost', 'copy'],
  ['VolumeLost', 'copy'],
] as const)('%s makes void what its row says', async (kind, phase) => {
  const migration = finished();
  await undoWhatFailed(migration, kind, 'convert');
  expect(undone(migration)).toContain(phase);
  expect(migration.state.disks.map((disk) => disk.phase)).toEqual(['waiting', 'waiting']);
});

test('a volume that is lost while disks are copied costs no other disk', async () => {
  const migration = finished();
  await undoWhatFailed(migration, 'VolumeLost', 'copy');
  expect(undone(migration)).toEqual([]);
});

test('no other kind of failure costs what is done', async () => {
  const kinds = (Object.keys(FAILURES) as FailureKind[]).filter(
    (kind) => failureSpec(kind).undoes === undefined,
  );
  expect(kinds.length).toBeGreaterThan(40);
  for (const kind of kinds) {
    const migration = finished();
    await undoWhatFailed(migration, kind, 'convert');
    expect({ kind, undone: undone(migration) }).toEqual({ kind, undone: [] });
  }
});
