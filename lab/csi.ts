/** The storage of the real node: a CSI driver (lab/csi), whose volumes are files that the node sees as loop devices. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SPARING_GO } from './go-environment';
import type { Log } from './log';
import { buildProgram } from './own-program';
import { packagePath } from './package-path';
import { type ProcessSpec, type StartedProcess, startProcess } from './process';
import { applyFile } from './standins/apply';

export interface CsiOptions {
  /** Folder of the volumes. What a former driver left there is found again. */
  dir: string;
  /** The kubelet's folder, as the driver sees it: nothing is mounted outside of it. */
  kubeletDir: string;
  /** Name of the node. */
  node: string;
  /** Zone of the node; default `zone-a`. Volumes are in `zone-a` and `zone-b`. */
  zone?: string;
  /** Folder where the kubelet looks for plugins; absent means that no kubelet is told of the driver. */
  registry?: string;
  /** Bytes that all volumes may have together; default 1 TiB. */
  capacity?: number;
  logDir: string;
  lifetime: ProcessSpec['lifetime'];
  /** The command that runs a command where the kubelet mounts; default: here. */
  within?: (command: readonly string[]) => { command: string; args: string[] };
}

export const CSI_DRIVER = 'loop.csi.lab.drover.dev';

/** The label of a node's zone, where the node has the driver. */
export const CSI_ZONE = `topology.${CSI_DRIVER}/zone`;

/** The form of the driver's handles: see lab/csi/volume_id.go. */
const HANDLE = /^vol-[0-9a-f]{32}$/;

/** The file with the bytes of a volume in a driver's folder of volumes; null where there is no such volume. */
export function csiVolumeFile(dir: string, handle: string): string | null {
  const file = join(dir, handle, 'disk');
  return HANDLE.test(handle) && existsSync(file) ? file : null;
}

/** Why the driver can't run here, in one line; null where it can. */
export function csiObstacle(): string | null {
  if (process.getuid?.() !== 0) return 'the CSI driver needs root, for mounts and loop devices';
  return existsSync('/dev/loop-control')
    ? null
    : 'the CSI driver needs /dev/loop-control (kernel module loop)';
}

/** Builds the driver and upstream's provisioner, where they are not in the cache yet. */
export async function provideCsi(log: Log): Promise<void> {
  await buildProgram('csi', log);
  await buildProgram('csi-provisioner', log);
}

/**
 * The driver serves once its {@link csiSocket} is there. Its devices outlive it: the next driver of this folder knows them, and
 * {@link releaseVolumes} takes them away.
 */
export async function startCsi(options: CsiOptions): Promise<StartedProcess> {
  const { dir, kubeletDir, node, zone, registry, capacity, logDir, lifetime } = options;
  const optional = Object.entries({ zone, registry, capacity }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  );
  const command = [
    await buildProgram('csi', () => {}),
    ...['serve', '--dir', dir, '--kubelet-dir', kubeletDir, '--node', node],
    ...optional,
  ];
  const within = options.within ?? (([program = '', ...args]) => ({ command: program, args }));
  return startProcess({ name: 'csi', ...within(command), logDir, lifetime });
}

/** The driver's socket, below the kubelet's folder. */
export function csiSocket(kubeletDir: string): string {
  return join(kubeletDir, 'plugins', CSI_DRIVER, 'csi.sock');
}

export interface ProvisionerOptions {
  kubeconfig: string;
  /** Of a driver that serves: upstream's provisioner ends when it is gone. */
  socket: string;
  logDir: string;
  lifetime: ProcessSpec['lifetime'];
}

/** Tells a cluster of the driver, and gives it the classes `loop-…`: see csi-objects.yaml. */
export function applyCsiObjects(kubeconfig: string): Promise<void> {
  return applyFile(kubeconfig, packagePath('lab', 'csi-objects.yaml'));
}

/** Starts upstream's external-provisioner, which makes a volume for each claim of the driver's classes. */
export async function startCsiProvisioner(options: ProvisionerOptions): Promise<StartedProcess> {
  const { kubeconfig, socket, logDir, lifetime } = options;
  return startProcess({
    name: 'csi-provisioner',
    command: await buildProgram('csi-provisioner', () => {}),
    args: [`--kubeconfig=${kubeconfig}`, `--csi-address=${socket}`, ...PATIENCE],
    logDir,
    lifetime,
    env: SPARING_GO,
  });
}

/** Its own defaults are for hundreds of nodes: five requests a second, and minutes between attempts. */
const PATIENCE = ['--kube-api-qps=50', '--kube-api-burst=100', '--retry-interval-max=5s'];

/** Detaches every device of the volumes in a folder. For the end, when nobody uses them any more. */
export async function releaseVolumes(dir: string): Promise<void> {
  await promisify(execFile)(await buildProgram('csi', () => {}), ['release', '--dir', dir]);
}
