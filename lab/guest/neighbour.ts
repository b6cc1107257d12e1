/**
 * A second machine on the bridges of the lab that a guest's cards hang on: what sees the guest as its neighbours do. It is Linux
 * and busybox under qemu, without a disk.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Log } from '../log';
import { packagePath } from '../package-path';
import { chooseAccelerator } from './accelerator';
import { provideKernel } from './kernel';
import { type BridgePort, neighbourArguments } from './qemu-arguments';
import { runRecipe } from './run';

const SETPRIV = '/usr/bin/setpriv';
const UP = 'the neighbour is up';
/** Longer than it takes without KVM, on a busy machine; no command is one that runs on and on. */
const DEADLINE_MS = 5 * 60_000;
const TAIL_LINES = 15;

export interface Said {
  /** The exit code of the command. */
  code: number;
  lines: string[];
}

/**
 * Starts the neighbour of one guest.
 * @param bridges where they take cards; they are there already. The neighbour is on the first as `eth0`.
 * @throws Error with its last lines, when it does not come up
 */
export async function startNeighbour(bridges: readonly BridgePort[], log: Log): Promise<Neighbour> {
  const folder = mkdtempSync(join(tmpdir(), 'drover-neighbour-'));
  try {
    const archive = join(folder, 'initial');
    const { folder: kernel, version } = await provideKernel(log);
    await runRecipe('neighbour', [packagePath('lab', 'guest', 'neighbour', 'init'), kernel, archive]);
    const boot = { kernel: join(kernel, 'boot', `vmlinuz-${version}`), archive };
    const args = neighbourArguments(boot, bridges, await chooseAccelerator(log));
    const neighbour = new Neighbour(args, folder);
    await neighbour.up();
    return neighbour;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

export class Neighbour {
  private readonly qemu: ChildProcess;
  private readonly ended: Promise<unknown>;
  private readonly seen: string[] = [];
  private heard: (line: string) => void = () => undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    args: string[],
    private readonly folder: string,
  ) {
    this.qemu = spawn(SETPRIV, ['--pdeathsig', 'KILL', '--', 'qemu-system-x86_64', ...args]);
    this.ended = once(this.qemu, 'close').catch(() => undefined);
    for (const output of [this.qemu.stdout, this.qemu.stderr]) {
      if (output === null) continue;
      createInterface({ input: output }).on('line', (line) => {
        this.seen.push(line);
        if (this.seen.length > TAIL_LINES) this.seen.shift();
        this.heard(line.trim());
      });
    }
    // It may end while it is told something.
    this.qemu.stdin?.on('error', () => undefined);
  }

  /** Resolves once it does what it is told. @throws Error with its last lines, when it ends before that, or after five minutes */
  async up(): Promise<void> {
    await this.until(UP, 'did not come up');
  }

  /**
   * Runs a command line of its shell; one at a time, in the order of the calls.
   * @throws Error with the neighbour's last lines, when it ends before the command does; after five minutes it is ended
   */
  run(command: string): Promise<Said> {
    const said = this.turn.then(() => this.runNext(command));
    this.turn = said.catch(() => undefined);
    return said;
  }

  /** As {@link run}. @throws Error with what was said, unless the command ends well */
  async must(command: string): Promise<string[]> {
    const { code, lines } = await this.run(command);
    if (code !== 0)
      throw new Error(`on the neighbour, ${command} ended with code ${code}: ${lines.join('\n')}`);
    return lines;
  }

  async stop(): Promise<void> {
    this.qemu.kill('SIGKILL');
    await this.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async runNext(command: string): Promise<Said> {
    const mark = randomBytes(6).toString('hex');
    this.qemu.stdin?.write(`( ${command} ) </dev/null; echo ${mark} $?\n`);
    const lines = await this.until(`${mark} `, `did not end ${command}`);
    return { code: Number(lines.pop()?.split(' ').at(-1)), lines };
  }

  /**
   * The lines up to the one that begins so.
   * @param failure what the neighbour has done when the deadline passes, for the error
   */
  private async until(beginning: string, failure: string): Promise<string[]> {
    const lines: string[] = [];
    const found = new Promise<boolean>((resolve) => {
      this.heard = (line) => {
        lines.push(line);
        if (line.startsWith(beginning)) resolve(true);
      };
    });
    let reason = 'has ended';
    const deadline = setTimeout(() => {
      reason = `${failure} within ${DEADLINE_MS / 1000} s`;
      this.qemu.kill('SIGKILL');
    }, DEADLINE_MS);
    const isFound = await Promise.race([found, this.ended.then(() => false)]);
    clearTimeout(deadline);
    this.heard = () => undefined;
    if (!isFound) throw new Error(`the neighbour ${reason}:\n${this.seen.join('\n')}`);
    return lines;
  }
}
