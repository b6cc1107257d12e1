/**
 * The files that make up a disk: the one that its VM writes, and those beneath it, which the VM only reads. Linked clones read one file
 * together and each write their own: neither touches what the other one has.
 */
import { fileOf } from './copy-evidence';
import type { SourceDisk } from './inventory';

export interface DiskFile {
  /** See {@link fileOf}. */
  file: string;
  isWritten: boolean;
}

type Chain = Pick<SourceDisk, 'currentPath' | 'datastore' | 'parents'>;

/** The first is the one that is written. */
export function filesOf({ currentPath, datastore, parents = [] }: Chain): DiskFile[] {
  const written = fileOf({ datastore: datastore.name, datastoreId: datastore.moref, currentPath });
  return [
    { file: written, isWritten: true },
    ...parents.map((file): DiskFile => ({ file, isWritten: false })),
  ];
}
