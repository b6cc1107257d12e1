/** By which copier one disk goes: its datastore's, or the one that this falls back to. */
import { type DiskKind, kindsOf, notImported } from '../disk-kinds';
import type { CopyMethod } from '../frozen';
import type { SourceDisk, SourceVm } from '../inventory';
import type { StorageTarget } from './storage-target';

export interface DiskMethod {
  method: CopyMethod;
  /** Kinds of the disk that the method can't copy right; with any, the disk is refused. */
  refused: DiskKind[];
}

export function methodOf(
  disk: SourceDisk,
  vm: SourceVm,
  { method, supports }: Pick<StorageTarget, 'method' | 'supports'>,
): DiskMethod {
  const kinds = kindsOf(disk, vm);
  const unimportable = notImported(kinds);
  if (method.kind === 'import') return { method, refused: unimportable };
  // A plugin that fails must not be made up for by a copier that copies wrong.
  const fallback = unimportable.length === 0 ? method.fallback : 'none';
  const unsupported = kinds.filter((kind) => !supports.includes(kind));
  if (unsupported.length === 0) return { method: { ...method, fallback }, refused: [] };
  if (fallback !== 'import') return { method, refused: unsupported };
  const why = `its plugin does not support ${unsupported.join(' and ')}`;
  return { method: { kind: 'import', insteadOf: { image: method.image, why } }, refused: [] };
}
