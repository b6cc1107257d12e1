/** The bytes of the real node's volumes, for who compares them from outside. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { V1PersistentVolume } from '@kubernetes/client-node';
import { CSI_DRIVER, csiVolumeFile } from '../csi';
import { labLayout } from '../layout';
import type { LabState } from '../state';
import { VOLUMES } from './namespaces';

/** Where the kubelet stages volumes: kubernetes 1.34.4, makeDeviceMountPath in pkg/volume/csi/csi_attacher.go. */
const STAGED = `var/lib/kubelet/plugins/kubernetes.io/csi/${CSI_DRIVER}`;
const IMAGE = 'disk.img';

/**
 * Gives the file with a volume's bytes, or with the image in it, to `read`; null where the volume is not of the real node's
 * driver. `read` may be called twice: the file may go while a Pod's end takes the mount away. The file is there only until
 * `read` has ended.
 * @throws Error where the volume is gone, or a Filesystem volume has no image
 */
export async function readRealVolume<T>(
  lab: LabState,
  { spec }: V1PersistentVolume,
  read: (file: string) => Promise<T>,
): Promise<T | null> {
  if (spec?.csi?.driver !== CSI_DRIVER) return null;
  const handle = spec.csi.volumeHandle;
  const device = csiVolumeFile(join(labLayout(lab.dir).realNode, VOLUMES), handle);
  if (device === null) throw new Error(`the real node has no volume ${handle}`);
  if (spec.volumeMode === 'Block') return read(device);
  // Where a Pod has the volume, its mount is newer than its device.
  const node = lab.processes.find(({ name }) => name === 'node');
  const staged = node ? stagedImage(join(`/proc/${node.pid}/root`, STAGED), handle) : null;
  if (staged === null) return readCopy(device, lab.dir, read);
  try {
    return await read(staged);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return readCopy(device, lab.dir, read);
  }
}

/** Out of a file system that nobody has mounted. */
async function readCopy<T>(device: string, dir: string, read: (file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(dir, 'compared-'));
  try {
    // It exits with 0 also where it fails: the copy alone shows whether it did not.
    const dump = ['-R', `dump /${IMAGE} ${IMAGE}`, device];
    const { stderr } = await promisify(execFile)('/sbin/debugfs', dump, { cwd: folder });
    const copy = join(folder, IMAGE);
    if (!existsSync(copy)) throw new Error(`the file system in ${device} has no ${IMAGE}: ${stderr.trim()}`);
    return await read(copy);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function stagedImage(folder: string, handle: string): string | null {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const image = join(folder, name, 'globalmount', IMAGE);
    if (existsSync(image) && handleIn(join(folder, name, 'vol_data.json')) === handle) return image;
  }
  return null;
}

/** Of the kubelet's note on a volume; null where the note comes or goes at this moment: nothing is mounted then. */
function handleIn(note: string): string | null {
  try {
    return (JSON.parse(readFileSync(note, 'utf8')) as { volumeHandle?: string }).volumeHandle ?? null;
  } catch {
    return null;
  }
}
