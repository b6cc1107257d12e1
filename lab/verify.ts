/**
 * Compares a migrated disk with its source, byte for byte, by the lab and not by whoever copied it.
 * The comparison covers the first `capacityBytes`: a target volume may be larger than its source.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CoreV1Api } from '@kubernetes/client-node';
import { splitDatastorePath } from '../plan/vcenter-names';
import type { VmState } from '../workflows/temporal-api';
import type { LabState } from './state';

export interface DiskVerdict {
  vm: string;
  disk: string;
  volume: string;
  bytes: number;
  sourceSha256: string;
  targetSha256: string;
  equal: boolean;
}

type VerifiableVm = Pick<VmState, 'vm' | 'target' | 'disks'>;

/** Hashes every disk of a VM on both sides. Fails where a side is missing: a disk not found is not a disk equal. */
export async function verifyVm(lab: LabState, core: CoreV1Api, state: VerifiableVm): Promise<DiskVerdict[]> {
  const verdicts: DiskVerdict[] = [];
  for (const disk of state.disks) {
    const source = sourceFile(lab, disk.path);
    const target = await targetFile(lab, core, { namespace: state.target.namespace, claim: disk.volumeName });
    const [sourceSha256, targetSha256] = await Promise.all([
      sha256(source, disk.capacityBytes),
      sha256(target, disk.capacityBytes),
    ]);
    verdicts.push({
      vm: state.vm.name,
      disk: disk.path,
      volume: disk.volumeName,
      bytes: disk.capacityBytes,
      sourceSha256,
      targetSha256,
      equal: sourceSha256 === targetSha256,
    });
  }
  return verdicts;
}

/** `[ssd-1] web/web.vmdk` → the file of its data, which vSphere keeps beside the descriptor. */
export function sourceFile(lab: LabState, path: string): string {
  const parts = splitDatastorePath(path);
  if (parts?.path.endsWith('.vmdk') !== true) throw new Error(`"${path}" is no datastore path`);
  return join(lab.vcenter.datastoresDir, parts.stored, parts.path.replace(/\.vmdk$/, '-flat.vmdk'));
}

/** The file behind a bound claim. */
export async function targetFile(
  lab: LabState,
  core: CoreV1Api,
  { namespace, claim }: { namespace: string; claim: string },
): Promise<string> {
  const { spec } = await core.readNamespacedPersistentVolumeClaim({ namespace, name: claim });
  if (!spec?.volumeName) throw new Error(`claim ${namespace}/${claim} is not bound`);
  const volume = join(lab.volumesDir, spec.volumeName);
  const file = join(volume, spec.volumeMode === 'Block' ? 'block' : 'disk.img');
  if (!existsSync(file)) throw new Error(`claim ${namespace}/${claim} has no data at ${file}`);
  return file;
}

/** Of the first `bytes` of a file. */
export async function sha256(file: string, bytes: number): Promise<string> {
  const hash = createHash('sha256');
  let read = 0;
  for await (const chunk of createReadStream(file, { end: bytes - 1, highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer);
    read += (chunk as Buffer).length;
  }
  if (read !== bytes) throw new Error(`${file} holds ${read} bytes where ${bytes} are compared`);
  return hash.digest('hex');
}

/** Of a whole file. */
export async function sha256File(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
