/** A clean checkout of the repository with the settings that README asks for, and what is done in it. */
import { execFile, execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chownSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packagePath } from '../../lab/package-path';
import type { CommandResult } from '../support/drover-process';

/** Nobody whom the image or this machine knows. */
const OWNER = 4711;
const OVERRIDE = 'lab.yaml';

export interface Container {
  Id: string;
  State: { Pid: number; Status: string; ExitCode: number; Health?: { Status: string } };
  RestartCount: number;
}

export class Checkout {
  readonly dir = mkdtempSync(join(tmpdir(), 'drover-checkout-'));

  constructor() {
    execFileSync('git', ['clone', '--quiet', packagePath(), this.dir]);
    copyFileSync(this.path('.env.example'), this.path('.env'));
  }

  path(name: string): string {
    return join(this.dir, name);
  }

  /** Puts a value into .env. */
  set(variable: string, value: string): void {
    const file = this.path('.env');
    const others = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => !line.startsWith(`${variable}=`));
    writeFileSync(file, [...others, `${variable}=${value}`, ''].join('\n'));
  }

  /** README's first step, as an administrator of the cluster. */
  async giveRights(adminKubeconfig: string): Promise<void> {
    succeeded(await this.run('kubectl', ['apply', '-k', 'deploy/example'], { KUBECONFIG: adminKubeconfig }));
  }

  /** Makes the worker's kubeconfig by the commands of docs/operations.md, as an administrator of the cluster. */
  async makeKubeconfig(adminKubeconfig: string): Promise<void> {
    const blocks = [
      ...readFileSync(this.path('docs/operations.md'), 'utf8').matchAll(/^```sh\n([^]*?)^```$/gm),
    ];
    const commands = blocks.map(([, text]) => text ?? '').find((text) => text.includes('create token'));
    if (commands === undefined) throw new Error('docs/operations.md no longer says how to make a kubeconfig');
    const made = await this.run('bash', ['-euo', 'pipefail', '-c', commands], {
      KUBECONFIG: adminKubeconfig,
    });
    if (made.code !== 0) throw new Error(`the commands of docs/operations.md fail: ${made.stderr}`);
    const kubeconfig = this.path('drover.kubeconfig');
    chownSync(kubeconfig, OWNER, OWNER);
    this.set('DROVER_KUBECONFIG', kubeconfig);
    this.set('DROVER_USER', `${OWNER}:${OWNER}`);
  }

  /** Adds to the worker's environment what only the lab needs; docker compose finds it by .env. */
  addToWorker(environment: Record<string, string>): void {
    writeFileSync(this.path(OVERRIDE), JSON.stringify({ services: { worker: { environment } } }));
    appendFileSync(this.path('.env'), `COMPOSE_FILE=docker-compose.yml:${OVERRIDE}\n`);
  }

  /** `docker compose` with no variable but those of .env; never throws for its exit code. */
  compose(...args: string[]): Promise<CommandResult> {
    return this.run('docker', ['compose', ...args]);
  }

  /** As {@link compose}; throws what it said when it fails. */
  async composed(...args: string[]): Promise<string> {
    return succeeded(await this.compose(...args));
  }

  async container(service: string): Promise<Container> {
    const { stdout } = await this.compose('ps', '--all', '--quiet', service);
    const inspected = await this.run('docker', ['inspect', stdout.trim()]);
    return (JSON.parse(inspected.stdout) as Container[])[0] as Container;
  }

  run(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
    return new Promise((resolve) => {
      const options = { cwd: this.dir, env: { ...process.env, ...env }, maxBuffer: 1 << 26 };
      execFile(command, args, options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
      });
    });
  }

  async remove(): Promise<void> {
    await this.compose('down', '--volumes', '--timeout', '5');
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** What a command printed. Throws the end of what it said where it failed. */
export function succeeded({ code, stdout, stderr }: CommandResult): string {
  if (code !== 0) throw new Error(`it ended with ${code}: ${stderr.slice(-2_000)}`);
  return stdout;
}
