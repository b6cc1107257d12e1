/** What is done to a plugin, each on a volume of its own. What it means is judged elsewhere. */
import { encodeName } from '../plan/vcenter-names';
import { Attempt, type AttemptChange, type AttemptRecord } from './attempt';
import type { ReadyTrial } from './trial';
import { readVolume, type VolumeReading } from './volume';

/** A run, and what was on the volume when it had ended. */
export interface Copied extends AttemptRecord {
  /** Null where the plugin did not end: it may still write. */
  volume: VolumeReading | null;
}

export interface Adopted {
  killed: AttemptRecord;
  /** The next attempt, stopped in the middle. */
  stopped: Copied;
  /** The one after that, which nobody disturbs. */
  last: Copied;
}

/** Everything that was seen. Where the first copy did not start, there is nothing else. */
export interface Observations {
  whole: Copied;
  others: { otherUser: Copied; missing: AttemptRecord; stopped: Copied; adopted: Adopted } | null;
}

/** Users that no image knows, as OpenShift hands them out. */
const RANDOM_USERS = { from: 1_000_000_000, count: 1_000_000 };

export async function copyWhole(trial: ReadyTrial, change: AttemptChange = {}): Promise<Copied> {
  const attempt = await Attempt.start(trial, 1, change);
  return read(trial, 'whole', await attempt.ended());
}

export function copyAsOtherUser(trial: ReadyTrial): Promise<Copied> {
  const user = RANDOM_USERS.from + Math.floor(Math.random() * RANDOM_USERS.count);
  return copyWhole(trial, { user });
}

/** A disk that was never there. */
export async function copyMissing(trial: ReadyTrial): Promise<AttemptRecord> {
  const source = `[${encodeName(trial.disk.datastore)}] ${trial.vm.baseName}/missing.vmdk`;
  return (await Attempt.start(trial, 1, { source })).ended();
}

export async function stopMidway(trial: ReadyTrial): Promise<Copied> {
  await trial.site.pace(trial.volume.handle, 'slow');
  return stopped(trial, 1);
}

/**
 * The Pod dies in the middle, the array's task goes on; the next attempt is stopped in the middle, the third is left to
 * end. Two tasks at work show themselves when the second attempt has ended: what it did not know of still writes.
 */
export async function killMidway(trial: ReadyTrial): Promise<Adopted> {
  const { site, volume } = trial;
  await site.pace(volume.handle, 'slow');
  const first = await Attempt.start(trial, 1);
  await first.underway();
  const killed = await first.kill();
  const second = await stopped(trial, 2);
  await site.pace(volume.handle, 'usual');
  const third = await Attempt.start(trial, 3);
  return { killed, stopped: second, last: await read(trial, 'last', await third.ended()) };
}

async function stopped(trial: ReadyTrial, number: number): Promise<Copied> {
  const attempt = await Attempt.start(trial, number);
  await attempt.underway();
  return read(trial, `stopped-${number}`, await attempt.stop());
}

async function read(trial: ReadyTrial, name: string, record: AttemptRecord): Promise<Copied> {
  const over = record.end.kind === 'ended';
  return { ...record, volume: over ? await readVolume(trial, name, trial.site.limits.quiet) : null };
}
