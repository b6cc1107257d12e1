/** The target VM, halted, on the source's hardware. */
import type { ConversionReport } from '../../interfaces';
import { allDisks } from '../../../plan/all-disks';
import type { AttachedDisk, FrozenDisk, FrozenNic, FrozenVm } from '../../../plan/frozen';
import { vmRef } from '../../../plan/vm-ref';
import { CLUSTER_PREFERENCES, type VirtualMachine } from '../api/kinds';
import { ownerLabels } from '../api/ownership';
import { attachedVolumesAnnotation } from './attached-volumes';
import { type BootOrder, bootOrder } from './boot-order';
import { vmPlacement } from './placement';
import { sourceVmAnnotations } from './source-annotations';

type VirtualMachineSpec = VirtualMachine['spec'];
type InstanceSpec = NonNullable<VirtualMachineSpec['template']['spec']>;
type Domain = InstanceSpec['domain'];
type Network = NonNullable<InstanceSpec['networks']>[number];

/** virtio where virt-v2v has put the drivers in; else devices that every guest knows. */
interface DeviceModels {
  disk: 'virtio' | 'sata' | 'scsi';
  nic: 'virtio' | 'e1000e';
}

/** What one guest writes the others must read: no host may keep it to itself. */
const SHAREABLE = { shareable: true, cache: 'none' } as const;

/** Where KubeVirt's own templates and consoles look for a guest's system, by its libosinfo name. */
const OSINFO = 'vm.kubevirt.io/os';

/** virtio shows a guest no more than this of a disk's serial number. */
const SERIAL_LENGTH = 20;

export function virtualMachine(vm: FrozenVm, conversion: ConversionReport): VirtualMachine {
  const models = deviceModels(vm, conversion);
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: {
      name: vm.targetName,
      namespace: vm.namespace,
      // The plan's own labels can't pose as ours, and the source's as neither.
      labels: { ...vm.sourceNotes?.labels, ...vm.labels, ...ownerLabels(vmRef(vm)) },
      annotations: {
        ...vm.sourceNotes?.annotations,
        ...sourceVmAnnotations(vm),
        ...attachedVolumesAnnotation(vm),
      },
    },
    spec: {
      runStrategy: 'Halted',
      ...instancetype(vm),
      ...preference(vm),
      template: {
        metadata: {
          labels: vm.labels,
          ...(conversion.osinfo === null ? {} : { annotations: { [OSINFO]: conversion.osinfo } }),
        },
        spec: {
          domain: domain(vm, models, bootOrder(vm, vm.rootDisk?.index ?? conversion.bootDisk)),
          ...vmPlacement(vm),
          terminationGracePeriodSeconds: 180,
          networks: vm.nics.map(network),
          volumes: allDisks(vm).map((disk) => ({
            name: diskName(disk),
            persistentVolumeClaim: { claimName: disk.volumeName },
          })),
        },
      },
    },
  };
}

function deviceModels(vm: FrozenVm, conversion: ConversionReport): DeviceModels {
  const isVirtio =
    (conversion.converted && conversion.virtio !== false) || vm.unconvertedDevices === 'virtio';
  const models: DeviceModels = isVirtio ? { disk: 'virtio', nic: 'virtio' } : { disk: 'sata', nic: 'e1000e' };
  return vm.diskBus === undefined || conversion.converted ? models : { ...models, disk: vm.diskBus };
}

function domain(vm: FrozenVm, models: DeviceModels, boot: BootOrder): Domain {
  const { firmware, secureBoot, tpm } = vm.hardware;
  return {
    machine: { type: 'q35' },
    ...size(vm),
    firmware: {
      serial: vm.vm.biosUuid,
      bootloader: firmware === 'efi' ? { efi: { secureBoot } } : { bios: {} },
    },
    features: { acpi: {}, ...(firmware === 'efi' && secureBoot ? { smm: { enabled: true } } : {}) },
    devices: {
      // Said either way: a preference could add one, and Windows then wants to talk to it.
      tpm: tpm ? { persistent: true } : { enabled: false },
      inputs: [{ name: 'tablet', type: 'tablet', bus: 'usb' }],
      // What it says on its console is what an operator sees of a guest that does not come up.
      ...(vm.policy.verify.by === 'none' ? {} : { logSerialConsole: true }),
      disks: allDisks(vm).map((disk, place) => ({
        ...disks(disk, models),
        ...bootsAt(boot.disks.get(place)),
      })),
      interfaces: vm.nics.map((nic, place) => ({
        ...networkInterface(nic, place, models),
        ...bootsAt(boot.nics.get(place)),
      })),
      ...(vm.nics.length === 0 ? { autoattachPodInterface: false } : {}),
    },
  };
}

function instancetype({ instanceType }: FrozenVm): Pick<VirtualMachineSpec, 'instancetype'> {
  if (instanceType === undefined) return {};
  const { kind, name } = instanceType;
  return { instancetype: { kind, name } };
}

/** It says only what this VirtualMachine does not say. */
function preference({ preference: name }: FrozenVm): Pick<VirtualMachineSpec, 'preference'> {
  return name === undefined ? {} : { preference: { kind: CLUSTER_PREFERENCES.kind, name } };
}

/** KubeVirt refuses a VM with an instance type that also says its CPUs or its memory itself. */
function size(vm: FrozenVm): Pick<Domain, 'cpu' | 'memory'> {
  const { sockets, coresPerSocket, memoryMiB } = vm.hardware;
  const features = nested(vm);
  if (vm.instanceType !== undefined) return features === null ? {} : { cpu: features };
  return {
    cpu: { sockets, cores: coresPerSocket, threads: 1, ...features },
    memory: { guest: `${memoryMiB}Mi` },
  };
}

/** The feature of Intel's processors, and of AMD's; `optional`: where the node has it. */
function nested({ hardware: { nestedVirtualization: wish } }: FrozenVm) {
  if (wish === undefined) return null;
  return { features: ['vmx', 'svm'].map((name) => ({ name, policy: wish ? 'optional' : 'disable' })) };
}

function bootsAt(order: number | undefined) {
  return order === undefined ? {} : { bootOrder: order };
}

/** A LUN shows the guest the serial number and the errors of its own device. */
function disks(disk: FrozenDisk | AttachedDisk, models: DeviceModels) {
  const name = diskName(disk);
  if ('lun' in disk && disk.lun !== undefined) {
    const reservation = disk.lun.reservation ? { reservation: true } : {};
    return { name, lun: { bus: 'scsi', ...reservation }, errorPolicy: 'report' };
  }
  const serial = disk.serial?.replaceAll('-', '').slice(0, SERIAL_LENGTH);
  return {
    name,
    disk: { bus: models.disk },
    ...(serial ? { serial } : {}),
    ...(disk.sharedWith === undefined ? {} : SHAREABLE),
  };
}

function networkInterface(nic: FrozenNic, index: number, models: DeviceModels) {
  return {
    name: nicName(nic, index),
    model: models.nic,
    macAddress: nic.macAddress,
    ...(nic.network.kind === 'pod' ? { masquerade: {} } : { bridge: {} }),
    ...(nic.connected ? {} : { state: 'down' }),
  };
}

function network(nic: FrozenNic, index: number): Network {
  const name = nicName(nic, index);
  switch (nic.network.kind) {
    case 'pod':
      return { name, pod: {} };
    case 'multus':
      return { name, multus: { networkName: `${nic.network.namespace}/${nic.network.name}` } };
  }
}

const diskName = ({ deviceName, index }: Pick<FrozenDisk, 'deviceName' | 'index'>) =>
  deviceName ?? `disk-${index}`;
const nicName = ({ deviceName }: FrozenNic, index: number) => deviceName ?? `nic-${index}`;
