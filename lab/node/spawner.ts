/** The node's way to start processes: by a small one of the lab's own, because a fork of the node itself is dear. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { buildProgram } from '../own-program';

export interface Command {
  command: string[];
  /** All of the environment. */
  env: Record<string, string>;
}

/** What is told of a command while it runs. `status` is what it writes to its descriptor 3. */
export type Heard = Record<'stdout' | 'stderr' | 'status', (text: string) => void>;

interface Report {
  id: number;
  stream?: keyof Heard;
  text?: string;
  ended?: boolean;
  error?: string;
}

interface Running {
  heard: Heard;
  /** Null, or why it was not started. */
  ended: (error: string | null) => void;
}

/** Resolves when the command has ended and all is told: to null, or to the reason why it was not started. */
export async function runCommand(command: Command, heard: Heard): Promise<string | null> {
  spawner ??= buildProgram('spawner', () => undefined).then((binary) => new Spawner(binary));
  return (await spawner).run(command, heard);
}

/** One for this process, started when it is needed first; it ends with this process. */
let spawner: Promise<Spawner> | null = null;

class Spawner {
  private readonly process: ChildProcess;
  private readonly reports: Socket;
  private readonly running = new Map<number, Running>();
  private last = 0;

  constructor(binary: string) {
    this.process = spawn(binary, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.process.unref();
    // Node's pipes to a child are sockets.
    this.reports = this.process.stdout as Socket;
    createInterface({ input: this.reports }).on('line', (line) => this.take(JSON.parse(line) as Report));
    this.process.once('error', (error) => this.lost(error.message));
    this.process.once('exit', () => this.lost('the spawner has ended'));
    this.process.stdin?.on('error', () => undefined);
  }

  run({ command, env }: Command, heard: Heard): Promise<string | null> {
    const id = ++this.last;
    const entries = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    this.process.stdin?.write(`${JSON.stringify({ id, command, env: entries })}\n`);
    return new Promise((ended) => {
      this.running.set(id, { heard, ended });
      this.reports.ref();
    });
  }

  private take({ id, stream, text = '', ended, error }: Report): void {
    const running = this.running.get(id);
    if (stream) {
      running?.heard[stream](text);
    }
    if (ended) {
      this.running.delete(id);
      running?.ended(error ?? null);
    }
    // Where nothing runs, nothing of this keeps the process from ending.
    if (this.running.size === 0) {
      this.reports.unref();
    }
  }

  /** Its commands end with it. */
  private lost(reason: string): void {
    spawner = null;
    this.running.forEach(({ ended }) => ended(reason));
    this.running.clear();
  }
}
