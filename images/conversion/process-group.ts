/**
 * Runs a program as the leader of a process group, and ends only when nothing of the group runs any more.
 *
 * virt-v2v's children (the appliance, qemu-nbd, nbdkit, a forked virt-v2v) outlive it for seconds and may still
 * write: qemu-nbd keeps tables of an overlay in its memory until it ends. So after the leader's end the others get
 * time to end by themselves, then SIGTERM, and only then SIGKILL; a group that had to be killed lost something.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { readLines } from './lines';

export interface GroupRun {
  program: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** What it reads on stdin. Absent: nothing. */
  input?: Readable;
  onLine(line: string): void;
  /** Ends the group: SIGTERM, and SIGKILL after `graceMs`. */
  signal?: AbortSignal;
  graceMs?: number;
  /** How long those whom a leader left behind, after its success, may take to end by themselves. */
  settleMs?: number;
}

export interface GroupEnd {
  /** Exit code of the leader; null after a signal, or where it could not be started. */
  code: number | null;
  /** Why it could not be started. */
  notStarted?: string;
  /** True where SIGKILL was needed: what the group had still to write is lost. */
  killed: boolean;
}

const GRACE_MS = 5_000;
/** qemu-nbd forces an overlay to the scratch volume before it ends, which takes as long as that volume needs. */
const SETTLE_MS = 300_000;
const POLL_MS = 20;

/** Never rejects for what the program does. */
export async function runGroup(run: GroupRun): Promise<GroupEnd> {
  const { graceMs = GRACE_MS, settleMs = SETTLE_MS, signal } = run;
  const child = spawn(run.program, run.args, {
    detached: true,
    stdio: [run.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env: run.env ?? process.env,
  }) as ChildProcess & { stdout: Readable; stderr: Readable };
  const group = child.pid;
  if (group === undefined) {
    const [error] = (await once(child, 'error')) as [Error];
    return { code: null, notStarted: `${run.program} could not be started: ${error.message}`, killed: false };
  }
  // Who ends early leaves a pipe that nobody reads.
  child.stdin?.on('error', () => undefined);
  if (child.stdin !== null) run.input?.pipe(child.stdin);
  readLines(child.stdout, run.onLine);
  readLines(child.stderr, run.onLine);
  const read = Promise.all([once(child.stdout, 'close'), once(child.stderr, 'close')]);

  let ending: Promise<boolean> | undefined;
  const stop = () => (ending ??= endGroup(group, graceMs));
  const onAbort = () => void stop();
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  const code = await exitCode(child);
  const isGone = await goneWithin(group, code === 0 && ending === undefined ? settleMs : 0);
  const killed = isGone && ending === undefined ? false : await stop();
  signal?.removeEventListener('abort', onAbort);

  // Whoever left the group may hold our pipes open for ever.
  await Promise.race([read, delay(1_000, undefined, { ref: false })]);
  child.stdout.destroy();
  child.stderr.destroy();
  return { code, killed };
}

async function exitCode(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

/** Resolves when the group is gone; true where it took SIGKILL. */
async function endGroup(group: number, graceMs: number): Promise<boolean> {
  signalGroup(group, 'SIGTERM');
  if (await goneWithin(group, graceMs)) return false;
  // A process may be forked between our look and the signal: it is sent until nobody is left.
  while (isRunning(group)) {
    signalGroup(group, 'SIGKILL');
    await delay(POLL_MS);
  }
  return true;
}

/** The kernel does not report when a group is empty, so we ask it again and again. */
async function goneWithin(group: number, milliseconds: number): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (isRunning(group)) {
    if (performance.now() >= deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}

function isRunning(group: number): boolean {
  return signalGroup(group, 0) && readdirSync('/proc').some((pid) => isRunningMember(pid, group));
}

function isRunningMember(pid: string, group: number): boolean {
  if (!/^\d+$/.test(pid)) return false;
  try {
    return isAliveIn(readFileSync(`/proc/${pid}/stat`, 'utf8'), group);
  } catch {
    return false;
  }
}

/**
 * Reads `pid (name) state parent group … threads …` of proc(5); the name may hold spaces and brackets. A zombie can be signalled
 * but does nothing more, once its last thread has ended, too; as PID 1 without an init we leave orphans as zombies.
 */
export function isAliveIn(stat: string, group: number): boolean {
  const [state = 'X', , itsGroup, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const isCorpse = state === 'X' || (state === 'Z' && Number(fields[14]) <= 1);
  return Number(itsGroup) === group && !isCorpse;
}
