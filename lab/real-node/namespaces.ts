/** The namespaces of the real node: its own processes, mounts, cards and cgroups, all of which end with one process. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildProgram } from '../own-program';
import { packagePath } from '../package-path';
import { type ProcessSpec, type StartedProcess, startProcess, stopProcess } from '../process';
import { untilReady } from '../ready';
import { LabRefusal } from '../refusal';

export interface Namespaces {
  /** Process 1 of the node, as this machine numbers it. */
  pid: number;
  /** Absolute; all of the node's cgroups lie below. */
  cgroup: string;
  process: StartedProcess;
  /** The command that runs a command within the node. */
  within(command: readonly string[]): { command: string; args: string[] };
  /** Ends all of the node's processes, and removes its mounts and links. */
  stop(): Promise<void>;
}

export interface NamespacesOptions {
  /** For the node's files; see init.sh. */
  dir: string;
  logDir: string;
  lifetime: ProcessSpec['lifetime'];
}

/** Of the node's files: the folder of its volumes, whose devices the janitor releases. */
export const VOLUMES = 'loop-volumes';

/** Folders that the node sees as its own. A lab there would be out of its sight. */
const HIDDEN = ['/run/', '/var/run/', '/var/lib/', '/var/log/'];

/**
 * @throws LabRefusal when the folder is where the node would not see it
 * @throws Error with the end of the log when they can't be made
 */
export async function openNamespaces({ dir, logDir, lifetime }: NamespacesOptions): Promise<Namespaces> {
  refuseHidden(dir);
  mkdirSync(dir, { recursive: true });
  // Built before there is anything to release.
  const csi = await buildProgram('csi', () => {});
  const cgroup = `drover-node-${randomBytes(6).toString('hex')}`;
  const process = await startProcess({
    name: 'node',
    command: '/bin/sh',
    args: [packagePath('lab', 'real-node', 'namespaces.sh'), dir, cgroup, csi, join(dir, VOLUMES)],
    logDir,
    lifetime,
  });
  const pid = await untilReady(process, () => Promise.resolve(existsSync(join(dir, 'ready'))))
    .then(() => onlyChild(process.pid))
    .catch(async (error: unknown) => {
      await stopProcess(process);
      throw error;
    });
  const enter = ['--target', String(pid), '--net', '--mount', '--ipc', '--uts', '--pid', '--'];
  return {
    pid,
    cgroup: `/${cgroup}`,
    process,
    within: (command) => ({ command: 'nsenter', args: [...enter, ...command] }),
    stop: () => stopProcess(process),
  };
}

function refuseHidden(dir: string): void {
  const hidden = HIDDEN.find((folder) => `${dir}/`.startsWith(folder));
  if (hidden !== undefined) {
    throw new LabRefusal(
      `the real node has a ${hidden} of its own and would not see ${dir}; name another folder with --dir`,
    );
  }
}

/** `unshare` has one child, which is process 1 of the namespaces. */
function onlyChild(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  if (!/^\d+$/.test(children)) throw new Error(`unshare has not one child: "${children}"`);
  return Number(children);
}
