/**
 * One container's processes: bubblewrap with namespaces of its own for files, processes and host name.
 * The program is process 1 of its namespace, as in a container: when it ends, the kernel ends all the others.
 * The network is the machine's, since the lab's services listen on loopback.
 */
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { basename } from 'node:path';
import { BECOME, sandboxArgs, type SandboxSpec } from './sandbox-args';
import { runCommand } from './spawner';

export type SandboxEnd =
  | { kind: 'exited'; exitCode: number }
  /** The program never ran; the message says why. */
  | { kind: 'notStarted'; message: string };

export interface Sandbox {
  /** Resolves once no process of the sandbox is left. Never rejects. */
  ended: Promise<SandboxEnd>;
  /** Sends SIGTERM to process 1. */
  terminate(): void;
  /** Sends SIGKILL to process 1, and with it to all. */
  kill(): void;
}

export interface SandboxOutput {
  stdout: (chunk: string) => void;
  stderr: (chunk: string) => void;
}

/** The descriptor on which bubblewrap reports, in the child. */
const STATUS_FD = 3;

/**
 * A program that has set no handler for SIGTERM by then will set none: it gets the signal all the same. On a busy machine an
 * interpreter takes many seconds to its first line.
 */
const START_MS = 30_000;
/** Pause between two looks whether the program has set its handler. */
const LISTEN_MS = 20;
const SIGTERM_BIT = 1n << BigInt(constants.signals.SIGTERM - 1);

export function startSandbox(spec: SandboxSpec, output: SandboxOutput): Sandbox {
  const args = ['--json-status-fd', String(STATUS_FD), ...sandboxArgs(spec), '--', ...spec.argv];
  const tail = new Tail();
  const report = new StatusReport();
  const heard = {
    stdout: output.stdout,
    stderr: (text: string) => {
      tail.add(text);
      output.stderr(text);
    },
    status: (line: string) => report.take(line),
  };
  // The environment is inherited through bubblewrap, so that no value of it shows in a command line.
  const ended = runCommand({ command: ['bwrap', ...args], env: spec.env }, heard).then((error) =>
    report.end(error ?? (tail.text || 'the sandbox could not be made')),
  );
  return {
    ended,
    terminate: () => report.signal('SIGTERM'),
    kill: () => report.signal('SIGKILL'),
  };
}

/** What bubblewrap reports of its child: the process id at the start, and the exit code only where it was started. */
class StatusReport {
  private exitCode: number | null = null;
  private pid: number | null = null;
  private hasEnded = false;
  private readonly startedAt = Date.now();

  take(line: string): void {
    const status = JSON.parse(line) as { 'child-pid'?: number; 'exit-code'?: number };
    this.exitCode = status['exit-code'] ?? this.exitCode;
    this.pid = status['child-pid'] ?? this.pid;
  }

  /** `unstarted` says why, where the program never ran. */
  end(unstarted: string): SandboxEnd {
    this.hasEnded = true;
    if (this.exitCode !== null) return { kind: 'exited', exitCode: this.exitCode };
    // Killed itself, bubblewrap leaves its program behind.
    if (this.pid !== null) signalIfThere(this.pid, 'SIGKILL');
    return { kind: 'notStarted', message: unstarted };
  }

  /**
   * Signals the program once it can hear: process 1 loses a SIGTERM that it has no handler for (yet), and on a
   * busy machine much time may lie between the sandbox's start and the program's first line.
   */
  signal(signal: NodeJS.Signals): void {
    if (this.hasEnded || this.exitCode !== null) {
      return;
    }
    const hears = signal === 'SIGKILL' || Date.now() - this.startedAt > START_MS;
    if (this.pid === null || !(hears || handlesSigterm(this.pid))) {
      setTimeout(() => this.signal(signal), LISTEN_MS);
    } else {
      // Bubblewrap keeps its child's corpse until it exits itself, so the id can't be another process' by now.
      signalIfThere(this.pid, signal);
    }
  }
}

function handlesSigterm(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1];
    // `become`, which runs before the program, has handlers of its own: they do not count.
    return (
      !status.startsWith(`Name:\t${basename(BECOME)}\n`) &&
      (BigInt(`0x${caught ?? '0'}`) & SIGTERM_BIT) !== 0n
    );
  } catch {
    return false;
  }
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw error;
    }
  }
}

/** The last 1000 characters of a stream. */
class Tail {
  text = '';

  add(chunk: string): void {
    this.text = (this.text + chunk).slice(-1_000).trimEnd();
  }
}
