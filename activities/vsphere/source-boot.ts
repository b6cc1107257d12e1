/** What a VM boots from, as its options say. */
import type { BootDevice } from '../../plan/inventory';
import { child, integer, list, typeOf } from './vim-value';

const KINDS: Record<string, BootDevice['kind']> = {
  VirtualMachineBootOptionsBootableDiskDevice: 'disk',
  VirtualMachineBootOptionsBootableEthernetDevice: 'nic',
};

/** Disks and cards, first to last; empty where the options leave it to the firmware. CD-ROMs and floppies are not migrated. */
export function readBootOrder(bootOptions: unknown): BootDevice[] {
  return list(child(bootOptions, 'bootOrder')).flatMap((device) => {
    const type = typeOf(device) ?? '';
    const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
    const key = integer(child(device, 'deviceKey'));
    return kind === undefined || key === null ? [] : [{ kind, key }];
  });
}
