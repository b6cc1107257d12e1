/** What was seen, point by point of the contract. Pure. */
import {
  pluginEndSchema,
  pluginProgressSchema,
  readPluginEnd,
  readPluginProgress,
} from '../plan/plugin-output';
import { maskOf } from '../activities/kubernetes/copies/mask';
import { type AttemptEnd, type AttemptRecord, parsed } from './attempt';
import { type Point, POINTS, type Verdict } from './report';
import type { Adopted, Again, Copied, Elsewhere, Observations, Others, Together } from './scenarios';

export interface Expected {
  /** Of the source. */
  bytes: number;
  sha256: string;
  graceSeconds: number;
  /** What must not be printed, in any form. */
  secrets: readonly KnownSecret[];
}

export interface KnownSecret {
  /** What it is, for the report. */
  of: string;
  value: string;
}

type Finding = Pick<Verdict, 'verdict' | 'found'>;

export function judge(seen: Observations, expected: Expected): Verdict[] {
  const { whole, others } = seen;
  const notTried = unknown('not tried: the image did not run');
  const of = <T>(tried: T | undefined, verdict: (tried: T) => Finding): Finding =>
    tried === undefined ? notTried : verdict(tried);
  const right = judgeBytes(whole, expected).verdict === 'kept';
  /** Says nothing where not even a whole copy is right: that is another point. */
  const ifRight = <T>(tried: T | undefined, verdict: (tried: T) => Finding): Finding =>
    right ? of(tried, verdict) : unknown('not tried: no whole copy was right');
  const disks = ifRight(others?.disks, (disks) => judgeTogether(disks, expected));
  const findings: Record<Point, Finding> = {
    copies: judgeCopy(whole),
    bytes: judgeBytes(whole, expected),
    quiet: judgeQuiet(whole),
    progress: others === null ? notTried : judgeProgress(seen, expected),
    result: judgeResult(whole, expected),
    'typed-error': of(others?.missing, judgeError),
    sigterm: of(others?.stopped, (stopped) => judgeStop(stopped, expected)),
    adoption: ifRight(others?.adopted, (adopted) => judgeAdoption(adopted, expected)),
    'finished-task': ifRight(others?.again, (again) => judgeAgain(again, expected)),
    disks,
    'copy-id':
      disks.verdict === 'broken'
        ? unknown('two disks of one VM can not be copied at once: see disks')
        : ifRight(others?.ids, (ids) => judgeTogether(ids, expected)),
    'odd-size': ifRight(others?.odd, judgeOddSize),
    snapshots: ifRight(others?.chain, judgeElsewhere),
    durable: ifRight(others?.afterPowerCut, (copy) => judgeDurable(copy, expected)),
    secrets: others === null ? notTried : judgeSecrets(seen, expected),
    restricted: of(others?.otherUser, (otherUser) => judgeUser(whole, otherUser, expected)),
  };
  const points = Object.keys(POINTS) as Point[];
  return points.map((point) => ({ point, promise: POINTS[point], ...findings[point] }));
}

const kept = (found: string): Finding => ({ verdict: 'kept', found });
const broken = (found: string): Finding => ({ verdict: 'broken', found });
const unknown = (found: string): Finding => ({ verdict: 'unknown', found });

function judgeCopy({ end }: AttemptRecord): Finding {
  if (end.kind !== 'ended') return broken(end.why);
  return end.exitCode === 0 ? kept('exit code 0') : broken(howEnded(end));
}

function judgeBytes(copied: Copied, { bytes, sha256 }: Expected): Finding {
  const { end, volume } = copied;
  if (volume === null || end.kind !== 'ended') return unknown('no copy ended');
  if (end.exitCode !== 0) return unknown(`no copy was called done: ${howEnded(end)}`);
  return volume.left === sha256
    ? kept(`${bytes} bytes are equal to the source, SHA-256 ${sha256.slice(0, 16)}…`)
    : broken(`exit code 0, and the volume's first ${bytes} bytes are not the source's`);
}

function judgeQuiet({ end, volume }: Copied): Finding {
  if (volume === null || end.kind !== 'ended') return unknown('no copy ended');
  if (end.exitCode !== 0) return unknown(`no copy was called done: ${howEnded(end)}`);
  return volume.before === volume.after
    ? kept('what was written to the volume afterwards stayed there')
    : broken('exit code 0, and afterwards somebody wrote to the volume');
}

function judgeProgress({ whole, others }: Observations, expected: Expected): Finding {
  const { bytes } = expected;
  const runs = [whole, ...(others === null ? [] : runsOfUsualDisk(others))];
  for (const { output } of runs) {
    const fault = progressFault(output, bytes);
    if (fault !== null) return broken(fault);
  }
  const early = [others?.stopped, others?.adopted?.stopped].find((copy) => saidAll(copy, expected));
  if (early !== undefined) return broken(`it said ${bytes} of ${bytes} bytes before they were copied`);
  const said = progressOf(whole.output);
  const last = said.at(-1);
  if (last === undefined) return kept('none is printed, which is allowed');
  const total = last.bytesTotal ?? bytes;
  if (total !== bytes) return broken(`bytesTotal is ${total}, and the disk has ${bytes} bytes`);
  if (whole.end.kind !== 'ended' || whole.end.exitCode !== 0) return unknown('no copy came to its end');
  return last.bytesDone === total
    ? kept(`${said.length} lines, up to ${total} bytes`)
    : broken(`it ends at ${last.bytesDone} of ${total} bytes`);
}

function progressOf(output: readonly string[]) {
  return output.map((line) => readPluginProgress(parsed(line))).filter((said) => said !== null);
}

/** True of a copy that was stopped before its end, and had said that all was done. */
function saidAll(copy: Copied | undefined, { bytes, sha256 }: Expected): boolean {
  if (copy?.end.kind !== 'ended' || copy.end.stopSeconds === null || copy.volume === null) return false;
  const said = progressOf(copy.output).at(-1);
  return said !== undefined && said.bytesDone >= bytes && copy.volume.left !== sha256;
}

/** A line that means to be progress is one, none says less than the one before, and none more than there is. */
function progressFault(output: readonly string[], bytes: number): string | null {
  const lame = output.map(parsed).find((said) => {
    const meant = typeof said === 'object' && said !== null && 'bytesDone' in said;
    return meant && !pluginProgressSchema.safeParse(said).success;
  });
  if (lame !== undefined) return `${JSON.stringify(lame).slice(0, 120)} is not in the form of the schema`;
  const steps = progressOf(output).map(({ bytesDone }) => bytesDone);
  const back = steps.findIndex((step, index) => step < (steps[index - 1] ?? 0));
  if (back !== -1) return `it falls from ${steps[back - 1]} to ${steps[back]} bytes`;
  const beyond = steps.find((step) => step > bytes);
  return beyond === undefined ? null : `it says ${beyond} bytes, and the disk has ${bytes}`;
}

function judgeResult({ end }: AttemptRecord, { bytes }: Expected): Finding {
  if (end.kind !== 'ended') return unknown(end.why);
  if (end.exitCode !== 0) return unknown(`no copy was called done: ${howEnded(end)}`);
  if (end.message === '') return kept('there is none, which is allowed');
  const said = pluginEndSchema.safeParse(parsed(end.message));
  if (said.data === undefined) return broken('it is not in the form of the schema');
  if (said.data.error !== undefined) return broken('it is an error, beside exit code 0');
  const moved = said.data.result.bytes ?? bytes;
  return moved === bytes ? kept('a result') : broken(`it says ${moved} bytes, and the disk has ${bytes}`);
}

function judgeError({ end }: AttemptRecord): Finding {
  if (end.kind !== 'ended') return broken(end.why);
  if (end.exitCode === 0) return broken('exit code 0, for a disk that was never there');
  const said = readPluginEnd(end.message);
  if (said.kind !== 'error' || said.message === null) return broken(`no typed error, but ${end.why}`);
  return kept(`"${said.message}", ${said.retryable ? '' : 'not '}retryable`);
}

function judgeStop({ end, volume }: Copied, { sha256, graceSeconds }: Expected): Finding {
  if (end.kind === 'notStarted') return unknown(end.why);
  if (end.kind === 'notEnded' || volume === null) return broken(`it ignored SIGTERM: ${end.why}`);
  const { exitCode, stopSeconds } = end;
  if (stopSeconds === null) return unknown(`it ended before it could be stopped: ${howEnded(end)}`);
  const whole = volume.left === sha256;
  if (exitCode === KILLED || stopSeconds > graceSeconds) {
    return broken(`it was not gone ${graceSeconds} s after SIGTERM, and was killed`);
  }
  if (exitCode === 0 && !whole) return broken('exit code 0, and the copy was not done');
  if (exitCode === 0 && stopSeconds > LATE_SECONDS) {
    return broken(`it ignored SIGTERM: it went on for ${stopSeconds} s, to the end of the copy`);
  }
  if (exitCode === 0) return unknown('the copy was done before it could be stopped: give a larger disk');
  if (volume.before !== volume.after) return broken('the array went on writing after the plugin had ended');
  if (whole) return unknown('all was copied before it could be stopped: give a larger disk');
  return kept(`it ended ${stopSeconds} s after SIGTERM, and nothing writes any more`);
}

/** Seconds. A plugin that succeeds so soon after SIGTERM may have ended before it: clusters give times in whole seconds. */
const LATE_SECONDS = 2;
/** Exit code of SIGKILL. */
const KILLED = 137;

function judgeAdoption({ killed, stopped, last }: Adopted, { sha256, ...expected }: Expected): Finding {
  if (killed.end.kind !== 'ended') return unknown(killed.end.why);
  if (killed.end.exitCode !== KILLED && killed.end.stopSeconds === null) {
    return unknown(`it ended before it could be killed: ${howEnded(killed.end)}`);
  }
  const bytes = judgeBytes(last, { ...expected, sha256 });
  const { end, volume } = stopped;
  if (end.kind !== 'ended' || volume === null || end.exitCode === KILLED) {
    return bytes.verdict === 'kept'
      ? unknown(`attempt 2 did not stop: ${describe(end)}`)
      : afterwards(last, bytes);
  }
  if (volume.before !== volume.after) {
    return broken('after attempt 2 was stopped, the task of attempt 1 went on writing');
  }
  if (bytes.verdict !== 'kept') return afterwards(last, bytes);
  if (end.exitCode === 0 || volume.left === sha256) {
    return unknown('all was copied before attempt 2 could be stopped: give a larger disk');
  }
  return kept('attempts 2 and 3 dealt with what the one before had left, and the bytes are right');
}

function afterwards(last: Copied, { verdict, found }: Finding): Finding {
  const what = verdict === 'broken' ? found : describe(last.end);
  return broken(`attempt 3, after one that was killed and one that was stopped: ${what}`);
}

function judgeAgain({ first, second }: Again, expected: Expected): Finding {
  if (judgeBytes(first, expected).verdict !== 'kept') return unknown(`attempt 1: ${describe(first.end)}`);
  if (second.end.kind !== 'ended' || second.end.exitCode !== 0) {
    return broken(`attempt 2, after one that had ended well: ${describe(second.end)}`);
  }
  return second.volume?.left === expected.sha256
    ? kept('attempt 2 copied again, over other bytes')
    : broken('attempt 2 took the result of attempt 1, and other bytes stayed on the volume');
}

function judgeTogether({ copies, met }: Together, expected: Expected): Finding {
  const bad = copies.map((copy) => badCopy(copy, expected.sha256)).find((what) => what !== null);
  if (bad !== undefined) return broken(`of ${copies.length} copies at once, one is bad: ${bad}`);
  return met
    ? kept(`${copies.length} at once, each with the right bytes`)
    : unknown('the first copy was done before the next began: give a larger disk');
}

const MIB = 1024 * 1024;
const LARGE_BYTES = 64 * MIB;
const GIVE_ODD = 'give a disk above 64 MiB that is no multiple of 1 MiB by --odd-disk';

function judgeOddSize(odd: Elsewhere | null): Finding {
  if (odd === null) return unknown(GIVE_ODD);
  const isOdd = odd.bytes > LARGE_BYTES && odd.bytes % MIB !== 0;
  return isOdd ? judgeElsewhere(odd) : unknown(`the disk has ${odd.bytes} bytes: ${GIVE_ODD}`);
}

function judgeElsewhere({ copy, bytes, sha256 }: Elsewhere): Finding {
  const bad = badCopy(copy, sha256);
  return bad === null ? kept(`${bytes} bytes are equal to the source`) : broken(bad);
}

function judgeDurable({ end, volume }: Copied, { sha256 }: Expected): Finding {
  if (end.kind !== 'ended' || end.exitCode !== 0) return unknown(describe(end));
  return volume?.left === sha256
    ? kept('all bytes were there after a power cut')
    : broken('exit code 0, and a power cut lost what the array had not flushed');
}

function badCopy({ end, volume }: Copied, sha256: string): string | null {
  if (end.kind !== 'ended' || end.exitCode !== 0) return describe(end);
  return volume?.left === sha256 ? null : "exit code 0, and its volume has not the source's bytes";
}

function judgeSecrets({ whole, others }: Observations, { secrets }: Expected): Finding {
  const runs = [whole, ...(others === null ? [] : runsOf(others))];
  for (const { of, value } of secrets) {
    // What a migration would mask.
    const mask = maskOf([value]);
    const leaks = (text: string) => mask(text) !== text;
    for (const { end, output } of runs) {
      if (end.kind === 'ended' && leaks(end.message))
        return broken(`${of} stands in its termination message`);
      if (output.some(leaks)) return broken(`${of} stands in its output`);
    }
  }
  const lines = runs.reduce((sum, { output }) => sum + output.length, 0);
  const searched = secrets.map(({ of }) => of).join(', ');
  return kept(`${lines} lines and ${runs.length} termination messages have none of: ${searched}`);
}

function judgeUser(whole: Copied, otherUser: Copied, expected: Expected): Finding {
  const usual = judgeBytes(whole, expected).verdict === 'kept';
  const other = judgeBytes(otherUser, expected);
  if (other.verdict === 'kept') return kept("copied under production's user, and under a random one");
  const found = describe(otherUser.end);
  if (usual) return broken(`under a random user: ${found}`);
  return PERMISSION.test([found, ...otherUser.output].join('\n'))
    ? broken(found)
    : unknown(`no copy was right under any user: ${found}`);
}

const PERMISSION =
  /\b(EACCES|EPERM|EROFS)\b|permission denied|operation not permitted|read-only file system|\broot\b/i;

function runsOf(others: Partial<Others>): AttemptRecord[] {
  return [...runsOfUsualDisk(others), others.odd?.copy, others.chain?.copy].filter(
    (run) => run !== undefined,
  );
}

function runsOfUsualDisk(others: Partial<Others>): AttemptRecord[] {
  const { otherUser, missing, stopped, adopted, again, disks, ids, afterPowerCut } = others;
  const inTurn = [adopted?.killed, adopted?.stopped, adopted?.last, again?.first, again?.second];
  const atOnce = [...(disks?.copies ?? []), ...(ids?.copies ?? [])];
  const runs = [otherUser, missing, stopped, ...inTurn, ...atOnce, afterPowerCut];
  return runs.filter((run) => run !== undefined);
}

function describe(end: AttemptEnd): string {
  return end.kind === 'ended' ? howEnded(end) : end.why;
}

/** `exit code 1: "pool is full"`. */
function howEnded({ message, why }: Extract<AttemptEnd, { kind: 'ended' }>): string {
  const said = readPluginEnd(message);
  return said.kind === 'error' && said.message !== null ? `${why}: "${said.message}"` : why;
}
