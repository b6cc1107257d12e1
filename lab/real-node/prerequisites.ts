/** What a machine must have and allow before a real node can run on it. */
import { spawnSync } from 'node:child_process';
import { csiObstacle } from '../csi';
import type { Log } from '../log';
import { packagePath } from '../package-path';
import { ensurePackages, isThere, missingPackages, type Package } from '../prerequisites';
import { LabRefusal } from '../refusal';
import { CNI_PLUGINS } from './containerd';

const PACKAGES: readonly Package[] = [
  { provides: 'containerd', package: 'containerd', purpose: "runs the real node's containers" },
  { provides: 'runc', package: 'runc', purpose: "makes the real node's containers" },
  {
    provides: `${CNI_PLUGINS}/bridge`,
    package: 'containernetworking-plugins',
    purpose: "connects the real node's Pods",
  },
  { provides: 'iptables', package: 'iptables', purpose: 'leads Pods to Services' },
  { provides: 'ip', package: 'iproute2', purpose: 'connects the real node with this machine' },
  {
    provides: 'mkfs.ext4',
    package: 'e2fsprogs',
    purpose: "makes the file systems of the real node's volumes",
  },
];

/** What decides whether a machine takes a real node. */
export interface NodeMachine {
  platform: string;
  /** Absent where users have no numbers. */
  uid: number | undefined;
  /** Whether it has what a package provides. */
  has(provides: string): boolean;
  /** Why what a real node does to a machine is not allowed; null where it is. */
  refusal(): string | null;
}

/**
 * Installs the packages that are missing, where this user may.
 * @throws LabRefusal with what a person has to do
 */
export async function ensureRealNode(log: Log): Promise<void> {
  // Nothing is installed where a node can't run all the same.
  const obstacle = realNodeObstacle({
    ...thisMachine(),
    has: () => true,
    refusal: () => csiObstacle() ?? probe(['true']),
  });
  if (obstacle !== null) throw new LabRefusal(obstacle);
  await ensurePackages(PACKAGES, log);
  const refused = realNodeObstacle();
  if (refused !== null) throw new LabRefusal(refused);
}

/** Why no real node can run as things are, in one line with what to do; null where it can. */
export function realNodeObstacle(machine: NodeMachine = thisMachine()): string | null {
  const { platform, uid, has, refusal } = machine;
  if (platform !== 'linux') return 'a real node needs Linux; leave --real-node out';
  if (uid !== 0) {
    return 'a real node needs root, for namespaces and mounts of its own; use sudo, or leave --real-node out';
  }
  const missing = missingPackages(has, PACKAGES);
  if (missing.length === 0) {
    const refused = refusal();
    return refused === null ? null : `this machine takes no real node: ${refused}; leave --real-node out`;
  }
  const programs = missing.map(({ provides, purpose }) => `${provides} (${purpose})`).join(', ');
  return `missing: ${programs}; install with: apt-get install -y ${missing.map((entry) => entry.package).join(' ')}`;
}

function thisMachine(): NodeMachine {
  return {
    platform: process.platform,
    uid: process.getuid?.(),
    has: isThere,
    refusal: () => csiObstacle() ?? probe(['sh', packagePath('lab', 'real-node', 'probe.sh')]),
  };
}

/** Within a container, root may do little. The last line of what failed is the reason. */
function probe(command: readonly string[]): string | null {
  const namespaces = ['--net', '--mount', '--pid', '--fork', '--mount-proc', '--propagation', 'private'];
  const args = [...namespaces, ...command];
  const { status, stderr, error } = spawnSync('unshare', args, { encoding: 'utf8', timeout: 60_000 });
  if (status === 0) return null;
  return error?.message ?? (stderr.trim().split('\n').at(-1) || `unshare ended with code ${status}`);
}
