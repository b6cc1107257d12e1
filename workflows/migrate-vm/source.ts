/** The source: compared with the plan, stopped once, proven off again and again, started only when a migration is given up. */
import type { SourceCheckOptions, SourceConnection } from '../../activities/interfaces';
import type { OffEvidence } from '../../plan/copy-evidence';
import type { PowerReading } from '../../plan/inventory';
import { offEvidence, ranSince } from '../../plan/off-proof';
import { type beside, power } from '../activity-proxies';
import { fail } from '../failure';
import { backToWindow, mayBeStopped } from './cutover';
import { stepsOf } from './made-local';
import { proveSharersOff, requireAttached, seeSharersOff } from './sharers';
import { awaitShutDown, shutDown } from './shut-down';
import { sourceVmOf, type Migration } from './state';
import { now } from '../time';

/** Compares the source with the plan, and remembers how copiers reach it now, and where they find its disks. */
export async function checkSource(
  migration: Migration,
  wanted: SourceCheckOptions = {},
): Promise<{ connection: SourceConnection; power?: PowerReading }> {
  const {
    power: reading,
    renamed = [],
    changeIds = [],
    ...connection
  } = await stepsOf(migration).checkSource(migration.vm, wanted);
  const { vm, memory } = migration;
  memory.connection = connection;
  memory.changeIds = new Map(changeIds.map(({ key, changeId }) => [key, changeId]));
  if (renamed.length > 0) {
    const byKey = new Map(renamed.map((disk) => [disk.key, disk]));
    migration.vm = { ...vm, disks: vm.disks.map((disk) => ({ ...disk, ...byKey.get(disk.key) })) };
  }
  return { connection, ...(reading !== undefined && { power: reading }) };
}

/**
 * Leaves the source off and keeps the evidence. A source that was off already is not ours to start again. One that runs is
 * left alone where its cutover window has closed meanwhile.
 */
export async function stopSource(migration: Migration): Promise<void> {
  const { source } = migration.state;
  const before = await stepsOf(migration).readPower(sourceVmOf(migration));
  await seeSharersOff(migration);
  requireAttached(migration, before);
  // What an earlier run copied is of no use if the source runs now, or ran since it was judged.
  if (migration.memory.adopted.size > 0) judgeOff(migration, before);
  if (before.state === 'suspended')
    throw fail('SourceChanged', 'the source is suspended: its memory would be lost');
  if (before.state === 'poweredOn' && !(await mayBeStopped(migration))) return backToWindow(migration);
  source.ranAtStart ??= before.state === 'poweredOn';
  if (before.state === 'poweredOn') await shutDown(migration);

  const after =
    before.state === 'poweredOff' ? before : await stepsOf(migration).readPower(sourceVmOf(migration));
  if (after.state !== 'poweredOff')
    throw fail('SourceRanMeanwhile', 'the source was started again as it was stopped');
  migration.memory.evidence = offEvidence(after);
  source.off = migration.memory.evidence;
  migration.memory.shutdownPending = false;
  if (source.stoppedByUs) source.stoppedAt ??= now();
}

/**
 * Throws `SourceRanMeanwhile` unless the source has been off ever since it was stopped, and so has every VM that writes a disk
 * which is copied.
 *
 * @param by in what kind of activity it is read; default: as all steps
 */
export async function proveOff(
  migration: Migration,
  by: Pick<typeof beside, 'readPower' | 'readPowers'> = stepsOf(migration),
): Promise<void> {
  judgeOff(migration, await by.readPower(sourceVmOf(migration)));
  await proveSharersOff(migration, by);
}

/** Throws like {@link proveOff}, by what was read just now. */
export function judgeOff(migration: Migration, reading: PowerReading): void {
  const ran = ranSince(evidenceOf(migration), reading);
  if (ran !== null) throw fail('SourceRanMeanwhile', `the source ran after it was stopped: ${ran}`);
}

/** What vCenter said of the source when it was proven off. */
export function evidenceOf({ memory }: Migration): OffEvidence {
  if (memory.evidence === null) throw fail('Unexpected', 'there is no evidence that the source is off');
  return memory.evidence;
}

/** Gives the source back as it was: on, if it was we who stopped it. */
export async function restartSource(migration: Migration): Promise<void> {
  const { memory, state } = migration;
  if (!state.source.stoppedByUs || state.source.startedAgainAt !== null) return;
  if (memory.shutdownPending) {
    // The request can't be taken back: a guest that still goes down must be waited for, or it stays off.
    await awaitShutDown(migration);
  }
  const { state: found } = await stepsOf(migration).readPower(sourceVmOf(migration));
  if (found !== 'poweredOff') return;
  await power.powerOnSource(sourceVmOf(migration));
  state.source.startedAgainAt = now();
}
