/** A terminal that remembers. */
import { Writable } from 'node:stream';
import { runCli } from '../../client/cli';
import type { Io } from '../../client/command';

export interface CliAnswer {
  code: number;
  stdout: string;
  stderr: string;
}

export class RecordingIo implements Io {
  readonly stdout = new Recorder();
  readonly stderr = new Recorder();
  /** Questions that were asked. */
  readonly questions: string[] = [];
  private interrupt: (() => void) | null = null;

  /** @param answer what whoever sits at the terminal says; null: nobody sits there */
  constructor(
    readonly env: NodeJS.ProcessEnv = {},
    private readonly answer: boolean | null = null,
  ) {}

  confirm(question: string): Promise<boolean | null> {
    this.questions.push(question);
    return Promise.resolve(this.answer);
  }

  onInterrupt(callback: () => void): () => void {
    this.interrupt = callback;
    return () => (this.interrupt = null);
  }

  pressCtrlC(): void {
    if (this.interrupt === null) throw new Error('nobody listens for Ctrl-C');
    this.interrupt();
  }
}

class Recorder extends Writable {
  text = '';
  private readonly watchers: { part: string; seen: () => void }[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    for (const { part, seen } of this.watchers) if (this.text.includes(part)) seen();
    done();
  }

  /** Resolves as soon as this was written. */
  async written(part: string): Promise<void> {
    if (!this.text.includes(part)) await new Promise<void>((seen) => this.watchers.push({ part, seen }));
  }
}

export async function drover(env: NodeJS.ProcessEnv, ...args: string[]): Promise<CliAnswer> {
  const io = new RecordingIo(env);
  const code = await runCli(args, io);
  return { code, stdout: io.stdout.text, stderr: io.stderr.text };
}
