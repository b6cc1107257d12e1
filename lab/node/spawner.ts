/** Starts the node's processes through a small process of the lab, because a fork of the large node takes long. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { buildProgram } from '../own-program';

export interface Command {
  command: string[];
  /** The whole environment. */
  env: Record<string, string>;
}

/** Take the text that a command writes while it runs. `status` takes what it writes to its descriptor 3. */
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

/** Resolves when the command has ended and `heard` has all its text: to null, or to the reason why it did not start. */
export async function runCommand(command: Command, heard: Heard): Promise<string | null> {
  spawner ??= buildProgram('spawner', () => undefined).then((binary) => new Spawner(binary));
  return (await spawner).run(command, heard);
}

/** The one spawner of this process. It starts when the first command needs it, and ends with this process, all commands with it. */
let spawner: Promise<Spawner> | null = null;

class Spawner {
  private readonly process: ChildProcess;
  private readonly reports: Socket;
  private readonly running = new Map<number, Running>();
  private last = 0;

  constructor(binary: string) {
    // In a group of its own: whoever kills the node's group leaves the spawner, which then ends all sandboxes.
    this.process = spawn(binary, { detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
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
    // Without a running command the spawner must not keep this process from ending.
    if (this.running.size === 0) {
      this.reports.unref();
    }
  }

  /** The spawner has ended, and its commands with it. */
  private lost(reason: string): void {
    spawner = null;
    this.running.forEach(({ ended }) => ended(reason));
    this.running.clear();
  }
}
