/**
 * What a finished copy says of itself, on its volume: of which disk it is, and by what vCenter shows that the source was
 * off. A later run of the migration compares it with the world (`adoption.ts`). Without schemas: workflows import it.
 */
import { splitDatastorePath } from './vcenter-names';

/** States of a target volume, kept on its PVC so that no later step mistakes one for another. */
export type VolumeState = 'copied' | 'converting' | 'converted';

/** What vCenter said when the source was proven off. All times are vCenter's own, ISO 8601. */
export interface OffEvidence {
  bootTime: string | null;
  lastPowerOn: string | null;
}

/** Another VM that writes a disk, and what vCenter said when it was seen off. */
export interface SharerEvidence {
  moref: string;
  off: OffEvidence;
}

export interface CopiedDisk {
  /** vSphere's device key. */
  key: number;
  /** The VMDK's own UUID; null where it has none. */
  serial: string | null;
  /** Datastore and path of the file that was read; see {@link fileOf}. */
  file: string;
  capacityBytes: number;
  /** Of vSphere's change tracking; null where the disk has none. */
  changeId: string | null;
}

export interface CopyEvidence {
  /** Of the source VM. */
  instanceUuid: string;
  disk: CopiedDisk;
  off: OffEvidence;
  /** How the migration found its source, and left it; `stoppedAt` by the workflow's time. */
  source: { ranAtStart: boolean; stoppedByUs: boolean; stoppedAt: string | null };
  /** Of a shared disk: each of the other VMs that have it. */
  sharers?: SharerEvidence[] | undefined;
}

/** As it stands on a claim: it names the claim, since notes can be copied to another one. */
export interface VolumeEvidence extends CopyEvidence {
  claimUid: string;
}

/** Names a disk's file, whatever name its datastore has at the moment. */
export function fileOf(disk: {
  datastore: string;
  datastoreId?: string | undefined;
  currentPath: string;
}): string {
  const { datastore, datastoreId = datastore, currentPath } = disk;
  return `${datastoreId} ${splitDatastorePath(currentPath, datastore)?.path ?? currentPath}`;
}
