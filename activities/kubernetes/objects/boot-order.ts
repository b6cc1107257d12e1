/** Which devices the target boots from, in KubeVirt's numbers. */
import { allDisks } from '../../../plan/all-disks';
import type { FrozenVm } from '../../../plan/frozen';

/** By place of the device among all disks of the VM, or `vm.nics`; devices that are not booted from have none. */
export interface BootOrder {
  disks: ReadonlyMap<number, number>;
  nics: ReadonlyMap<number, number>;
}

interface Device {
  kind: keyof BootOrder;
  place: number;
}

/**
 * The source's order. `bootDisk` is the index of the disk that the plan names, or that the conversion has found the guest's
 * system on, which counts more than what the source says of disks; with neither it is the first disk of its own.
 */
export function bootOrder(vm: FrozenVm, bootDisk: number | null): BootOrder {
  const listed = inSourceOrder(vm);
  const firstDisk = listed.find(({ kind }) => kind === 'disks');
  const first = Math.min(...vm.disks.map(({ index }) => index));
  const found = allDisks(vm).findIndex(({ index }) => index === (bootDisk ?? first));
  const boot: Device =
    bootDisk === null && firstDisk !== undefined ? firstDisk : { kind: 'disks', place: found };
  const at = firstDisk === undefined ? listed.length : listed.indexOf(firstDisk);
  const others = (devices: Device[]) =>
    devices.filter(({ kind, place }) => kind !== boot.kind || place !== boot.place);
  const order = [...others(listed.slice(0, at)), boot, ...others(listed.slice(at))];
  const numbers = (wanted: keyof BootOrder) =>
    new Map(
      order.flatMap(({ kind, place }, index) => (kind === wanted ? [[place, index + 1] as const] : [])),
    );
  return { disks: numbers('disks'), nics: numbers('nics') };
}

function inSourceOrder(vm: FrozenVm): Device[] {
  const devices = [
    ...allDisks(vm).map(({ bootOrder: order }, place) => ({ kind: 'disks' as const, place, order })),
    ...vm.nics.map(({ bootOrder: order }, place) => ({ kind: 'nics' as const, place, order })),
  ];
  return devices
    .flatMap(({ order, ...device }) => (order === undefined ? [] : [{ order, device }]))
    .sort((one, other) => one.order - other.order)
    .map(({ device }) => device);
}
