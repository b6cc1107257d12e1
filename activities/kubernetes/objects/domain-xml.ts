/** The libvirt XML that virt-v2v-in-place reads: the source's hardware over overlays of the target's volumes. */
import type { DiskBus } from '../../../plan/inventory';
import type { FrozenDisk, FrozenVm } from '../../../plan/frozen';
import { overlayPath } from './overlays';
import { element, type Element, render } from '../../../plan/xml';

/**
 * Disks come in source order, each on the bus of its source controller: virt-v2v works out from these which
 * device names (sda, hda) the guest's own configuration means.
 */
export function domainXml(vm: FrozenVm): string {
  const { sockets, coresPerSocket, memoryMiB } = vm.hardware;
  return render(
    element('domain', { type: 'kvm' }, [
      element('name', {}, vm.targetName),
      element('memory', { unit: 'MiB' }, String(memoryMiB)),
      element('vcpu', {}, String(sockets * coresPerSocket)),
      element('cpu', {}, [
        element('topology', { sockets: String(sockets), cores: String(coresPerSocket), threads: '1' }),
      ]),
      operatingSystem(vm.hardware),
      element('devices', {}, [...disks(vm.disks), ...interfaces(vm.nics)]),
    ]),
  );
}

function operatingSystem({ firmware, secureBoot }: FrozenVm['hardware']): Element {
  const type = element('type', {}, 'hvm');
  if (firmware === 'bios') return element('os', { firmware: 'bios' }, [type]);
  return element('os', { firmware: 'efi' }, [type, element('loader', { secure: secureBoot ? 'yes' : 'no' })]);
}

function disks(all: readonly FrozenDisk[]): Element[] {
  const names = deviceNames([...all].sort((one, other) => one.index - other.index));
  return names.map(({ disk, device }) => {
    return element('disk', { type: 'file', device: 'disk' }, [
      element('driver', { name: 'qemu', type: 'qcow2' }),
      element('source', { file: overlayPath(disk) }),
      element('target', { dev: device, bus: disk.bus }),
    ]);
  });
}

function interfaces(nics: FrozenVm['nics']): Element[] {
  return nics.map((nic) =>
    element('interface', { type: 'network' }, [
      element('mac', { address: nic.macAddress }),
      element('source', { network: nic.sourceNetwork }),
    ]),
  );
}

/** SCSI and SATA disks share one row of letters, as they do in a guest. */
function deviceNames(ordered: readonly FrozenDisk[]): { disk: FrozenDisk; device: string }[] {
  const counts = { sd: 0, hd: 0, nvme: 0 };
  return ordered.map((disk) => {
    const row = deviceRow(disk.bus);
    const position = counts[row]++;
    return { disk, device: row === 'nvme' ? `nvme${position}n1` : `${row}${letters(position)}` };
  });
}

function deviceRow(bus: DiskBus): 'sd' | 'hd' | 'nvme' {
  switch (bus) {
    case 'scsi':
    case 'sata':
      return 'sd';
    case 'ide':
      return 'hd';
    case 'nvme':
      return 'nvme';
  }
}

/** 0 → a, 25 → z, 26 → aa: as Linux counts disks. */
function letters(position: number): string {
  const last = String.fromCharCode(97 + (position % 26));
  return position < 26 ? last : letters(Math.floor(position / 26) - 1) + last;
}
