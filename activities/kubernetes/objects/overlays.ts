/** Where a conversion's writes go until it is known to be right: one overlay for each disk, on the scratch volume. */
import type { FrozenDisk } from '../../../plan/frozen';

export const SCRATCH = '/var/lib/drover';

export function overlayPath({ index }: FrozenDisk): string {
  return `${SCRATCH}/disk${index}.qcow2`;
}
