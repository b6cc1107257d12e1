/**
 * Disks that their plugins can't copy are imported, where the map says so. Pure; `at` is ISO 8601.
 *
 * The import gets a volume of its own making: CDI fills none that it did not make, and the array may still write to the
 * one that the plugin had.
 */
import { failureSpec } from '../../plan/failures';
import type { FrozenDisk } from '../../plan/frozen';
import type { DiskState } from '../temporal-api';
import { diskVoided, type Migration } from './state';
import { volumeGone } from './void-copies';

/**
 * Gives a plugin up for a disk that failed, its copier proven gone: from now on, and for good, the disk is imported.
 * @returns false where the plan or the failure leaves it failed
 */
export function fallBack(migration: Migration, disk: DiskState, at: string): boolean {
  const { vm, memory } = migration;
  const { failure } = disk;
  const frozen = vm.disks.find(({ key }) => key === disk.key);
  if (failure === null || failureSpec(failure.kind).policy !== 'fallback') return false;
  if (frozen?.method.kind !== 'plugin' || frozen.method.fallback !== 'import') return false;

  const { image } = frozen.method;
  const { kind, message } = failure;
  const method: FrozenDisk['method'] = { kind: 'import', insteadOf: { image, why: message } };
  migration.vm = { ...vm, disks: vm.disks.map((one) => (one === frozen ? { ...frozen, method } : one)) };
  memory.abandoned.set(disk.key, frozen);
  disk.method = 'import';
  disk.fellBack = { from: image, at, kind, message };
  diskVoided(disk);
  volumeGone(migration, disk.key);
  return true;
}
