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
import { readRealVolume } from './real-node/volume-files';
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
    const { volumeName: claim, capacityBytes: bytes } = disk;
    const [sourceHash, targetHash] = await Promise.all([
      sha256(source, bytes),
      targetSha256(lab, core, { namespace: state.target.namespace, claim, bytes }),
    ]);
    verdicts.push({
      vm: state.vm.name,
      disk: disk.path,
      volume: claim,
      bytes,
      sourceSha256: sourceHash,
      targetSha256: targetHash,
      equal: sourceHash === targetHash,
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

/** Of the first `bytes` behind a bound claim. */
export async function targetSha256(
  lab: LabState,
  core: CoreV1Api,
  { namespace, claim, bytes }: { namespace: string; claim: string; bytes: number },
): Promise<string> {
  const { spec } = await core.readNamespacedPersistentVolumeClaim({ namespace, name: claim });
  if (!spec?.volumeName) throw new Error(`claim ${namespace}/${claim} is not bound`);
  const volume = await core.readPersistentVolume({ name: spec.volumeName });
  const real = await readRealVolume(lab, volume, (file) => sha256(file, bytes));
  if (real !== null) return real;
  const file = join(lab.volumesDir, spec.volumeName, spec.volumeMode === 'Block' ? 'block' : 'disk.img');
  if (!existsSync(file)) throw new Error(`claim ${namespace}/${claim} has no data at ${file}`);
  return sha256(file, bytes);
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
