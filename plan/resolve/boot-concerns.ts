/** Whether it is known which disk a VM boots from. */
import type { Concern } from '../concerns';
import type { SourceVm } from '../inventory';
import type { ManifestSet } from '../manifest-set';

/**
 * A conversion finds the disk by itself, a VM's own order says it, and of the disks on one controller a BIOS takes the first.
 * Which controller comes first is kept in the VM's NVRAM, which vCenter does not show.
 */
export function bootConcerns({ plan }: ManifestSet, { boot, disks }: SourceVm): Concern[] {
  const { drover, skipGuestConversion } = plan.spec;
  const converted = !skipGuestConversion && drover.onUnconvertible === 'park';
  if (converted || boot.some(({ kind }) => kind === 'disk')) return [];
  const controllers = new Set(disks.map(({ bus, busNumber }) => `${bus}${busNumber}`));
  return controllers.size < 2 ? [] : [{ id: 'boot-order', detail: [...controllers].join(', ') }];
}
