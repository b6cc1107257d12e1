/** A CSI driver of this test file's own, in a mount namespace that ends with the test whatever happens. */
import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { csiObstacle, csiSocket, releaseVolumes, startCsi } from '../../../lab/csi';
import { buildProgram } from '../../../lab/own-program';
import { logTail, type StartedProcess, startProcess, stopProcess } from '../../../lab/process';
import { eventually } from '../../support/eventually';

/** For programs that are not in the cache yet. */
export const BUILD_TIMEOUT_MS = 600_000;

/** `test`, or `test.skip` with the reason said, where no driver can run. */
export function testOfDriver(): jest.It {
  const obstacle = csiObstacle();
  if (obstacle === null) return test;
  process.stderr.write(`skipped: ${obstacle}\n`);
  return test.skip as unknown as jest.It;
}

export class TestDriver {
  readonly dir = realpathSync(mkdtempSync(join(tmpdir(), 'drover-csi-')));
  readonly volumesDir = join(this.dir, 'volumes');
  readonly kubeletDir = join(this.dir, 'kubelet');
  readonly registry = join(this.dir, 'registry');
  readonly socket = csiSocket(this.kubeletDir);
  private mounts!: StartedProcess;
  private driver!: StartedProcess;

  /** Opens the mount namespace and starts the driver in it. */
  async open(): Promise<void> {
    mkdirSync(this.kubeletDir);
    this.mounts = await startProcess({
      name: 'mounts',
      command: 'unshare',
      args: ['--mount', '--propagation', 'private', 'sleep', 'infinity'],
      logDir: this.dir,
      lifetime: 'caller',
    });
    const own = readlinkSync('/proc/self/ns/mnt');
    await eventually(() => readlinkSync(`/proc/${this.mounts.pid}/ns/mnt`) !== own);
    await this.start();
  }

  /** Resolves when the driver serves. */
  async start(zone = 'zone-a'): Promise<void> {
    this.driver = await startCsi({
      dir: this.volumesDir,
      kubeletDir: this.kubeletDir,
      node: 'node-1',
      zone,
      registry: this.registry,
      capacity: 1 << 30,
      logDir: this.dir,
      lifetime: 'caller',
      within: (command) => this.within(command),
    });
    await this.call('Probe', {});
  }

  async kill(): Promise<void> {
    process.kill(-this.driver.pid, 'SIGKILL');
    await this.driver.ended;
  }

  /** The last line of the driver's log, once it has ended by itself. */
  async ended(): Promise<string> {
    await this.driver.ended;
    return logTail(this.driver.logFile, 1);
  }

  async close(): Promise<void> {
    await this.endMounts();
    await this.release();
    rmSync(this.dir, { recursive: true });
  }

  /** What `lab down` does, from outside of the node's mounts. */
  release(): Promise<void> {
    return releaseVolumes(this.volumesDir);
  }

  /** Ends the mount namespace, and with it all mounts, as the end of the node does. */
  async endMounts(): Promise<void> {
    await stopProcess(this.driver);
    await stopProcess(this.mounts);
  }

  /** A request; resolves with the answer, rejects with an Error whose message begins with the code: `NotFound: …`. */
  async call<T = Record<string, unknown>>(method: string, request: object, socket = this.socket): Promise<T> {
    const program = await buildProgram('csi', () => undefined);
    const calling = promisify(execFile)(program, ['call', socket, method]);
    calling.child.stdin?.end(JSON.stringify(request));
    try {
      return JSON.parse((await calling).stdout) as T;
    } catch (error) {
      throw new Error((error as { stderr: string }).stderr.trim());
    }
  }

  /** Runs a program where the driver mounts; resolves with what it prints. */
  async run(command: string, args: string[]): Promise<string> {
    const inside = this.within([command, ...args]);
    const { stdout } = await promisify(execFile)(inside.command, inside.args);
    return stdout;
  }

  within(command: readonly string[]): { command: string; args: string[] } {
    return { command: 'nsenter', args: ['--target', String(this.mounts.pid), '--mount', '--', ...command] };
  }

  /** Loop devices of this driver's volumes: `loop3`. */
  devices(): string[] {
    return readdirSync('/sys/block').filter((name) => {
      try {
        return readFileSync(`/sys/block/${name}/loop/backing_file`, 'utf8').startsWith(this.volumesDir);
      } catch {
        return false;
      }
    });
  }
}
