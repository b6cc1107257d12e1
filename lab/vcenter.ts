/** The lab's vCenter: a simulator of ours (lab/vcsim), built once per version of its sources and run per lab. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ProcessSpec, type StartedProcess, startProcess, stopProcess } from './process';
import { untilReady } from './ready';
import type { VcenterSpec } from './vcenter-spec';

export interface VcenterOptions {
  /** Everything that the vCenter writes lies below. */
  dir: string;
  /** The simulator's program. */
  binary: string;
  spec: VcenterSpec;
  /** Default: a free port of the loopback interface. */
  address?: string;
  /** Default `caller`. */
  lifetime?: ProcessSpec['lifetime'];
}

export interface VcenterHandle {
  /** `https://127.0.0.1:PORT/sdk` */
  url: string;
  username: string;
  password: string;
  /** SHA-1 of the server's certificate, colon form, upper case. */
  thumbprint: string;
  /** The authority that signed it. */
  caFile: string;
  /** Each datastore is a directory of this one, named for it. */
  datastoresDir: string;
  pid: number;
  process: StartedProcess;
  stop(): Promise<void>;
}

/** Until it serves, and how much longer for each VM: their disks are filled first. */
const READY_MS = 120_000;
const PER_VM_MS = 100;
const USERNAME = 'administrator@vsphere.local';

/**
 * Starts a vCenter with the given inventory, fills its disks and waits until it serves.
 * The password is made here, and handed over where no process list shows it.
 * @throws Error with the end of its log when it does not start.
 */
export async function startVcenter({
  dir,
  binary,
  spec,
  address = '127.0.0.1:0',
  lifetime = 'caller',
}: VcenterOptions): Promise<VcenterHandle> {
  const datastoresDir = join(dir, 'datastores');
  mkdirSync(datastoresDir, { recursive: true });
  const [specFile, readyFile] = [join(dir, 'spec.json'), join(dir, 'ready.json')];
  writeFileSync(specFile, JSON.stringify(spec));
  rmSync(readyFile, { force: true });
  const password = randomBytes(18).toString('base64url');
  const process = await startProcess({
    name: 'vcsim',
    command: binary,
    args: ['--address', address, '--spec', specFile, '--datastores', datastoresDir, '--state', dir],
    // The simulator's own scratch files go where the lab's are removed, however it ends.
    env: { DROVER_VCENTER_USER: USERNAME, DROVER_VCENTER_PASSWORD: password, TMPDIR: dir },
    logDir: dir,
    lifetime,
  });
  const patienceMs = READY_MS + spec.vms.length * PER_VM_MS;
  await untilReady(process, () => Promise.resolve(existsSync(readyFile)), patienceMs);
  const ready = JSON.parse(readFileSync(readyFile, 'utf8')) as Pick<
    VcenterHandle,
    'url' | 'thumbprint' | 'caFile'
  >;
  return {
    ...ready,
    username: USERNAME,
    password,
    datastoresDir,
    pid: process.pid,
    process,
    stop: () => stopProcess(process),
  };
}
