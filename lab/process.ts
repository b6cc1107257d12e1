/**
 * Child processes of the lab: each leads a process group of its own, writes its output to a log file,
 * and is known by its id together with the moment it started, so that no foreign process is ever signalled.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A process of the lab. The pair of `pid` and `startTime` is never reused while the machine is up. */
export interface LabProcess {
  /** Unique within one lab: `kube-apiserver`. */
  name: string;
  pid: number;
  /** Clock ticks between the machine's boot and the start of the process (field 22 of /proc/PID/stat). */
  startTime: string;
}

export interface ProcessSpec {
  name: string;
  command: string;
  args: string[];
  /** Where `<name>.log` is written. */
  logDir: string;
  /** Added to the caller's own environment. */
  env?: NodeJS.ProcessEnv;
  /**
   * `caller`: killed by the kernel when the calling process ends, however it ends.
   * `itself`: lives on until it is stopped.
   */
  lifetime: 'caller' | 'itself';
  /** Gives the process a channel back, on which it says one thing: see {@link StartedProcess.message}. */
  channel?: boolean;
}

/** A process that was started by this very process, whose end can be awaited. */
export interface StartedProcess extends LabProcess {
  logFile: string;
  /** Resolves, with one line that says how, when the process has ended. Never rejects. */
  ended: Promise<string>;
  /**
   * The first thing that a process with a channel says; the channel is closed then, and the process runs on alone.
   * Null when it ended without a word.
   */
  message: Promise<unknown>;
}

const SETPRIV = '/usr/bin/setpriv';
const PID_SUFFIX = '.pid.json';

export function logFile(logDir: string, name: string): string {
  return join(logDir, `${name}.log`);
}

/** @throws Error with the end of the log when the program can't be started at all, or ends at once. */
export async function startProcess(spec: ProcessSpec): Promise<StartedProcess> {
  const log = logFile(spec.logDir, spec.name);
  mkdirSync(dirname(log), { recursive: true });
  const output = openSync(log, 'a');
  const tied = spec.lifetime === 'caller' && existsSync(SETPRIV);
  const [command, args] = tied
    ? [SETPRIV, ['--pdeathsig', 'KILL', '--', spec.command, ...spec.args]]
    : [spec.command, spec.args];
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', output, output, ...(spec.channel ? (['ipc'] as const) : [])],
    env: { ...process.env, ...spec.env },
  });
  closeSync(output);
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
    child.once('error', (error) => resolve(error.message));
  });
  const message = firstMessage(child, ended);
  child.unref();
  const startTime = child.pid === undefined ? null : startTimeOf(child.pid);
  if (child.pid === undefined || startTime === null) {
    // It may have ended before anybody could look: its last words are in the log.
    throw new Error(`${spec.name} could not be started: ${await ended}; see ${log}:\n${logTail(log)}`);
  }
  const identity: LabProcess = { name: spec.name, pid: child.pid, startTime };
  writeFileSync(join(spec.logDir, `${spec.name}${PID_SUFFIX}`), JSON.stringify(identity));
  return { ...identity, logFile: log, ended, message };
}

/** Every process that was started with this `logDir`, running or not: each leaves a file with its identity there. */
export function startedIn(logDir: string): LabProcess[] {
  const files = existsSync(logDir) ? readdirSync(logDir).filter((name) => name.endsWith(PID_SUFFIX)) : [];
  return files.map((name) => JSON.parse(readFileSync(join(logDir, name), 'utf8')) as LabProcess);
}

async function firstMessage(child: ChildProcess, ended: Promise<string>): Promise<unknown> {
  const said = new Promise<unknown>((resolve) => child.once('message', resolve));
  const message = await Promise.race([said, ended.then(() => null)]);
  if (child.connected) {
    child.disconnect();
  }
  return message;
}

/** The last lines of a process' log, for an error message. */
export function logTail(file: string, lines = 5): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n') : '';
}

/** True while the very process that was started is there, or any thread of it. */
export function isRunning({ pid, startTime }: Pick<LabProcess, 'pid' | 'startTime'>): boolean {
  return startTimeOf(pid) === startTime;
}

/** Null when there is no such process, or only its corpse. */
function startTimeOf(pid: number): string | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  return startTimeIn(stat);
}

/**
 * Reads `/proc/PID/stat` (proc(5)); null where it is that of a corpse. A process that is killed becomes a zombie with its first
 * thread: until its last one has ended it still writes, and holds its files and ports.
 */
export function startTimeIn(stat: string): string | null {
  // The command name, in parentheses, may hold anything: fields are counted from its end.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const threads = Number(fields[16]);
  return state === 'X' || (state === 'Z' && threads <= 1) ? null : (fields[18] ?? null);
}

/**
 * Ends a process and its group: SIGTERM, and SIGKILL once `graceMs` have passed.
 * Resolves when it is gone. Nothing is signalled if the process is not the one that was started.
 */
export async function stopProcess(target: LabProcess, graceMs = 5_000): Promise<void> {
  if (!(await signalAndWait(target, 'SIGTERM', graceMs))) await killProcess(target);
}

/** Kills a process and its group. Resolves when it is gone, and at once where it is not the one that was started. */
export async function killProcess(target: LabProcess): Promise<void> {
  if (!(await signalAndWait(target, 'SIGKILL', 60_000))) {
    throw new Error(`${target.name} (process ${target.pid}) can't be killed`);
  }
}

async function signalAndWait(target: LabProcess, signal: NodeJS.Signals, ms: number): Promise<boolean> {
  const deadline = Date.now() + ms;
  if (!isRunning(target)) {
    return true;
  }
  signalGroup(target.pid, signal);
  // The process may belong to another parent, so its end is no event here: look often, for a short while.
  while (isRunning(target) && Date.now() < deadline) {
    await delay(20);
  }
  return !isRunning(target);
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw error;
    }
  }
}
