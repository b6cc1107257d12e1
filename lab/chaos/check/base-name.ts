import type { DiskFacts } from './facts';

/** What the names of all objects of a migration begin with; null where it has no disks. */
export function baseOf(disks: readonly DiskFacts[]): string | null {
  return disks[0]?.volume.replace(/-disk-\d+$/, '') ?? null;
}
