/** What is done to a plugin, each on a volume of its own. What it means is judged elsewhere. */
import { encodeName } from '../plan/vcenter-names';
import { Attempt, type AttemptChange, type AttemptRecord } from './attempt';
import type { ReadyTrial } from './trial';
import { readVolume, type ReadingOptions, type VolumeReading } from './volume';

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

/** Two attempts at one copy, where somebody wrote other bytes between them. */
export interface Again {
  first: Copied;
  second: Copied;
}

export interface Together {
  copies: Copied[];
  /** The first was still at work when the others began. */
  met: boolean;
}

/** A copy of a disk that is not the site's usual one. */
export interface Elsewhere {
  copy: Copied;
  bytes: number;
  sha256: string;
}

/** What is done besides a whole copy. */
export interface Others {
  otherUser: Copied;
  missing: AttemptRecord;
  stopped: Copied;
  adopted: Adopted;
  again: Again;
  disks: Together;
  ids: Together;
  /** Null: nobody has named such a disk. */
  odd: Elsewhere | null;
  chain: Elsewhere;
  afterPowerCut: Copied;
}

/** Everything that was seen. Absent among `others`: nobody asked for it. */
export interface Observations {
  whole: Copied;
  /** Null where the first copy did not start: then there is nothing else. */
  others: Partial<Others> | null;
}

/** Users that no image knows, as OpenShift hands them out. */
const RANDOM_USERS = { from: 1_000_000_000, count: 1_000_000 };

/** A task that begins once more behind the plugin's back is slow enough to overwrite canaries. */
export async function copyWhole(trial: ReadyTrial): Promise<Copied> {
  await trial.site.pace(trial.volume.handle, 'usual, then slow');
  const attempt = await Attempt.start(trial, 1);
  return read(trial, 'whole', await attempt.ended(), { canaries: true });
}

export function copyAsOtherUser(trial: ReadyTrial): Promise<Copied> {
  const user = RANDOM_USERS.from + Math.floor(Math.random() * RANDOM_USERS.count);
  return copyPlainly(trial, { user });
}

async function copyPlainly(trial: ReadyTrial, change: AttemptChange = {}): Promise<Copied> {
  const attempt = await Attempt.start(trial, 1, change);
  return read(trial, 'plain', await attempt.ended());
}

export async function copyElsewhere(trial: ReadyTrial): Promise<Elsewhere> {
  const { disk, sha256 } = trial.source;
  return { copy: await copyPlainly(trial), bytes: disk.capacityBytes, sha256 };
}

/** Who takes bytes for safe that the array has only cached is done before they are flushed. */
export async function copyAndCutPower(trial: ReadyTrial): Promise<Copied> {
  const { power } = trial.site;
  await power?.cacheWrites(trial.volume.handle);
  const record = await (await Attempt.start(trial, 1)).ended();
  await power?.cut(trial.volume.handle);
  return read(trial, 'cut', record, { quietSeconds: 0 });
}

/** The canaries of the first reading are wrong bytes: whoever takes the first attempt's task for its own leaves them. */
export async function copyAgain(trial: ReadyTrial): Promise<Again> {
  const attempt = await Attempt.start(trial, 1);
  const first = await read(trial, 'first', await attempt.ended(), { quietSeconds: 0, canaries: true });
  const next = await Attempt.start(trial, 2);
  return { first, second: await read(trial, 'second', await next.ended(), { quietSeconds: 0 }) };
}

/** All but the first begin while the first is at work. */
export async function copyTogether([first, ...others]: readonly ReadyTrial[]): Promise<Together> {
  if (first === undefined) return { copies: [], met: false };
  const { pace } = first.site;
  await pace(first.volume.handle, 'slow');
  const attempt = await Attempt.start(first, 1);
  await attempt.underway();
  const met = !attempt.isOver;
  const next = await Promise.all(others.map((trial) => Attempt.start(trial, 1)));
  await Promise.all(next.map((one) => one.underway()));
  // Who waits for the first one's task instead of one of its own need not wait for long.
  await pace(first.volume.handle, 'usual');
  const copies = [attempt, ...next].map(async (one) => read(one.trial, 'plain', await one.ended()));
  return { copies: await Promise.all(copies), met };
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

/** How long a plugin is given until its copy goes on at its usual pace. One that ignores SIGTERM then soon shows that. */
const PATIENCE_MS = 20_000;

async function stopped(trial: ReadyTrial, number: number): Promise<Copied> {
  const attempt = await Attempt.start(trial, number);
  await attempt.underway();
  const hurry = () => trial.site.pace(trial.volume.handle, 'usual').catch(() => undefined);
  const impatient = setTimeout(() => void hurry(), PATIENCE_MS);
  const record = await attempt.stop().finally(() => clearTimeout(impatient));
  return read(trial, `stopped-${number}`, record, { canaries: true });
}

async function read(
  trial: ReadyTrial,
  name: string,
  record: AttemptRecord,
  options: Partial<ReadingOptions> = {},
): Promise<Copied> {
  const over = record.end.kind === 'ended';
  const quietSeconds = trial.site.limits.quiet;
  return { ...record, volume: over ? await readVolume(trial, name, { quietSeconds, ...options }) : null };
}
