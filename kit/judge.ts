/** What was seen, point by point of the contract. Pure. */
import {
  pluginEndSchema,
  pluginProgressSchema,
  readPluginEnd,
  readPluginProgress,
} from '../plan/plugin-output';
import { type AttemptEnd, type AttemptRecord, parsed } from './attempt';
import { type Point, POINTS, type Verdict } from './report';
import type { Adopted, Copied, Observations } from './scenarios';

export interface Expected {
  /** Of the source. */
  bytes: number;
  sha256: string;
  graceSeconds: number;
  /** What must not be printed, in any form. */
  secrets: readonly string[];
}

type Finding = Pick<Verdict, 'verdict' | 'found'>;

export function judge(seen: Observations, expected: Expected): Verdict[] {
  const { whole, others } = seen;
  const notTried = unknown('not tried: the image did not run');
  const findings: Record<Point, Finding> = {
    copies: judgeCopy(whole),
    bytes: judgeBytes(whole, expected),
    progress: others === null ? notTried : judgeProgress(seen, expected),
    result: judgeResult(whole, expected),
    'typed-error': others === null ? notTried : judgeError(others.missing),
    sigterm: others === null ? notTried : judgeStop(others.stopped, expected),
    adoption: others === null ? notTried : judgeAdoption(others.adopted, expected),
    secrets: others === null ? notTried : judgeSecrets(seen, expected),
    restricted: others === null ? notTried : judgeUser(whole, others.otherUser, expected),
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
  if (volume.before !== volume.after) return broken('the volume still changed after the plugin had ended');
  if (end.exitCode !== 0) return unknown(`no copy was called done: ${howEnded(end)}`);
  return volume.after === sha256
    ? kept(`${bytes} bytes are equal to the source, SHA-256 ${sha256.slice(0, 16)}…`)
    : broken(`exit code 0, and the volume's first ${bytes} bytes are not the source's`);
}

function judgeProgress({ whole, others }: Observations, { bytes }: Expected): Finding {
  const runs = [whole, ...(others === null ? [] : runsOf(others))];
  for (const { output } of runs) {
    const fault = progressFault(output);
    if (fault !== null) return broken(fault);
  }
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

/** A line that means to be progress is one, and none says less than the one before. */
function progressFault(output: readonly string[]): string | null {
  const lame = output.map(parsed).find((said) => {
    const meant = typeof said === 'object' && said !== null && 'bytesDone' in said;
    return meant && !pluginProgressSchema.safeParse(said).success;
  });
  if (lame !== undefined) return `${JSON.stringify(lame).slice(0, 120)} is not in the form of the schema`;
  const steps = progressOf(output).map(({ bytesDone }) => bytesDone);
  const back = steps.findIndex((step, index) => step < (steps[index - 1] ?? 0));
  return back === -1 ? null : `it falls from ${steps[back - 1]} to ${steps[back]} bytes`;
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
  const whole = volume.before === sha256;
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
  if (end.exitCode === 0 || volume.after === sha256) {
    return unknown('all was copied before attempt 2 could be stopped: give a larger disk');
  }
  return kept('attempts 2 and 3 dealt with what the one before had left, and the bytes are right');
}

function afterwards(last: Copied, { verdict, found }: Finding): Finding {
  const what = verdict === 'broken' ? found : describe(last.end);
  return broken(`attempt 3, after one that was killed and one that was stopped: ${what}`);
}

function judgeSecrets({ whole, others }: Observations, { secrets }: Expected): Finding {
  const runs = [whole, ...(others === null ? [] : runsOf(others))];
  const forms = secrets.flatMap((secret) => [secret, Buffer.from(secret).toString('base64')]);
  const places = runs.flatMap(({ end, output }) => {
    const leaks = (text: string) => forms.some((form) => text.includes(form));
    return [
      ...(end.kind === 'ended' && leaks(end.message) ? ['its termination message'] : []),
      ...(output.some(leaks) ? ['its output'] : []),
    ];
  });
  const [where] = places;
  if (where !== undefined) return broken(`vCenter's password stands in ${where}`);
  const lines = runs.reduce((sum, { output }) => sum + output.length, 0);
  return kept(`vCenter's password is in none of ${lines} lines and ${runs.length} termination messages`);
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

function runsOf({
  otherUser,
  missing,
  stopped,
  adopted,
}: NonNullable<Observations['others']>): AttemptRecord[] {
  return [otherUser, missing, stopped, adopted.killed, adopted.stopped, adopted.last];
}

function describe(end: AttemptEnd): string {
  return end.kind === 'ended' ? howEnded(end) : end.why;
}

/** `exit code 1: "pool is full"`. */
function howEnded({ message, why }: Extract<AttemptEnd, { kind: 'ended' }>): string {
  const said = readPluginEnd(message);
  return said.kind === 'error' && said.message !== null ? `${why}: "${said.message}"` : why;
}
