/** Runs the conversion image's entrypoint as a container's PID 1, over disks and tools that a test makes. */
import { transformFileSync } from '@swc/core';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { ConversionReport } from '../../images/conversion/report';
import { packagePath } from '../../lab/package-path';
import { eventually } from '../support/eventually';

const SOURCES = resolve(__dirname, '../../images/conversion');

export interface Ended {
  /** Null where a signal ended it. */
  exitCode: number | null;
  /** Null where it ended without last words. */
  report: ConversionReport | null;
  terminationMessage: string;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  args?: string[];
  /** Scratch is a file system of this many bytes, which goes with the container. */
  scratchBytes?: number;
  /** As outside of Kubernetes: the file for last words is not there and can't be made. */
  withoutTerminationFile?: boolean;
}

/** One guest's disks with everything that the Job mounts. */
export class ConversionSite {
  readonly dir = mkdtempSync(join(tmpdir(), 'drover-conversion-'));
  readonly scratch = join(this.dir, 'scratch');
  private readonly program = join(this.dir, 'program');
  private readonly tools = join(this.dir, 'tools');
  private readonly running = new Set<Container>();
  private disks: string[] = [];

  constructor() {
    for (const folder of [this.scratch, this.program, this.tools, this.path('tmp')]) mkdirSync(folder);
    compileTo(this.program);
    symlinkSync(packagePath('node_modules'), join(this.program, 'node_modules'));
  }

  path(name: string): string {
    return join(this.dir, name);
  }

  overlay(index: number): string {
    return join(this.scratch, `disk${index}.qcow2`);
  }

  disk(index: number): string {
    return this.disks[index] ?? '';
  }

  bytes(index: number): Buffer {
    return readFileSync(this.disk(index));
  }

  /** New disks with these contents, or disks that are there already. */
  setDisks(contents: readonly (Buffer | { path: string })[]): void {
    const disks = contents.map((content, index) => {
      const path = Buffer.isBuffer(content) ? this.path(`disk${index}.img`) : content.path;
      if (Buffer.isBuffer(content)) writeFileSync(path, content);
      return { index, path, overlay: this.overlay(index) };
    });
    this.disks = disks.map(({ path }) => path);
    writeFileSync(this.path('disks.json'), JSON.stringify(disks));
    writeFileSync(this.path('domain.xml'), domain(disks.map(({ overlay }) => overlay)));
  }

  /** A program that is found before the machine's own of this name. */
  tool(name: string, script: string): string {
    const file = join(this.tools, name);
    writeFileSync(file, `#!/bin/bash\n${script}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  removeTool(name: string): void {
    rmSync(join(this.tools, name));
  }

  start({ env = {}, args = [], scratchBytes, withoutTerminationFile }: RunOptions = {}): Container {
    const terminationFile = this.path('termination-log');
    writeFileSync(terminationFile, '');
    const tmpfs = scratchBytes === undefined ? [] : ['--size', String(scratchBytes), '--tmpfs', this.scratch];
    const container = new Container(
      [
        ...['--bind', '/', '/', '--dev', '/dev', '--proc', '/proc', ...tmpfs],
        ...['--unshare-pid', '--as-pid-1', '--die-with-parent', '--new-session'],
        ...['--', process.execPath, join(this.program, 'main.js'), ...args],
      ],
      {
        PATH: `${this.tools}:${process.env['PATH'] ?? ''}`,
        DROVER_DOMAIN_FILE: this.path('domain.xml'),
        DROVER_DISKS_FILE: this.path('disks.json'),
        DROVER_NETWORK_FILE: this.path('network.json'),
        DROVER_KEYS_FOLDER: this.path('keys'),
        DROVER_SCRIPTS_FOLDER: this.path('scripts'),
        DROVER_TERMINATION_FILE: withoutTerminationFile ? '/proc/termination-log' : terminationFile,
        DROVER_SCRATCH: this.scratch,
        DROVER_TEMPORARY: this.path('tmp'),
        DROVER_CONVERSION_ID: 'filling-1',
        ...env,
      },
      terminationFile,
    );
    this.running.add(container);
    void container.ended.then(() => this.running.delete(container));
    return container;
  }

  run(options: RunOptions = {}): Promise<Ended> {
    return this.start(options).ended;
  }

  /** As the next attempt's Pod would. */
  resume(options: RunOptions = {}): Promise<Ended> {
    return this.run({ ...options, env: { DROVER_RESUME: '1', ...options.env } });
  }

  async remove(): Promise<void> {
    await Promise.all([...this.running].map((container) => container.kill()));
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export class Container {
  readonly ended: Promise<Ended>;
  private readonly bubblewrap: ChildProcess;
  private readonly pid: Promise<number>;
  private readonly listeners = new Set<(output: string) => void>();

  constructor(args: string[], env: Record<string, string>, terminationFile: string) {
    const child = spawn('bwrap', ['--info-fd', '3', ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    this.bubblewrap = child;
    const [, stdout, stderr, info] = child.stdio as unknown as [null, Readable, Readable, Readable];
    const texts = [collect(stdout, this.listeners), collect(stderr)] as const;
    this.pid = collect(info).then((text) => (JSON.parse(text) as { 'child-pid': number })['child-pid']);
    this.pid.catch(() => undefined);
    this.ended = Promise.all([once(child, 'exit') as Promise<[number | null]>, ...texts]).then(
      ([[exitCode], out, err]) => {
        const terminationMessage = readFileSync(terminationFile, 'utf8');
        const report =
          terminationMessage === '' ? null : (JSON.parse(terminationMessage) as ConversionReport);
        return { exitCode, report, terminationMessage, stdout: out, stderr: err };
      },
    );
  }

  /** Resolves when the standard output holds this text, or the container ended without it. */
  async says(text: string): Promise<void> {
    const said = new Promise<void>((resolve) => {
      this.listeners.add((output) => output.includes(text) && resolve());
    });
    await Promise.race([said, this.ended]);
  }

  /** As the kubelet does: to PID 1 alone. */
  async terminate(): Promise<void> {
    process.kill(await this.pid, 'SIGTERM');
  }

  /** The container and everything in it, at once. */
  async kill(): Promise<Ended> {
    try {
      process.kill(await this.pid, 'SIGKILL');
    } catch {
      this.bubblewrap.kill('SIGKILL');
    }
    return this.ended;
  }
}

/** Resolves when the file is there; the deadline is the test's own. */
export async function appears(file: string): Promise<void> {
  await eventually(() => existsSync(file));
}

async function collect(
  stream: Readable,
  listeners: ReadonlySet<(text: string) => void> = new Set(),
): Promise<string> {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    listeners.forEach((listen) => listen(text));
  });
  await once(stream, 'close');
  return text;
}

function domain(overlays: string[]): string {
  const disks = overlays.map(
    (overlay, index) =>
      `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${overlay}'/>` +
      `<target dev='sd${String.fromCharCode(97 + index)}' bus='scsi'/></disk>`,
  );
  return (
    `<domain type='kvm'><name>guest</name><memory unit='MiB'>512</memory><vcpu>1</vcpu>` +
    `<os firmware='bios'><type>hvm</type></os><devices>\n${disks.join('\n')}\n</devices></domain>`
  );
}

/** So that a test never runs an older build. */
function compileTo(folder: string): void {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
  for (const name of files.filter((file) => file.endsWith('.ts'))) {
    const { code } = transformFileSync(join(SOURCES, name), {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs' },
    });
    const compiled = join(folder, dirname(name), `${basename(name, '.ts')}.js`);
    mkdirSync(dirname(compiled), { recursive: true });
    writeFileSync(compiled, code);
  }
}
