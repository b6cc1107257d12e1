/**
 * What hinders the migration of a VM, or is different at its target, as data.
 *
 * Sources of the list: the rules of Forklift's validation service (`vmware.*.rego`), and the types of `VirtualDevice` in
 * vSphere's API (8.0).
 */
import { MOST_DISKS } from './field-limits';

interface ConcernSpec {
  /** `refuses`: Drover does not migrate the VM. `warns`: Drover migrates it, and a person should know the difference. */
  readonly severity: 'refuses' | 'warns';
  /** What is found, in one clause about the VM, or after the name of a disk or a card; `{}` is a detail. */
  readonly found: string;
  /** What a person can do about it, as an instruction. */
  readonly remedy: string;
}

const DEPENDENT = 'set it to dependent and persistent';

export const CONCERNS = {
  // The VM itself
  template: {
    severity: 'refuses',
    found: 'it is a template',
    remedy: 'deploy a VM from it, and migrate that',
  },
  suspended: {
    severity: 'refuses',
    found: 'it is suspended',
    remedy: 'resume it, or shut it down: a migration would lose its memory',
  },
  unreachable: {
    severity: 'refuses',
    found: 'vCenter does not reach it: its state is {}',
    remedy: 'make its ESXi host and its datastores reachable for vCenter, or register the VM again',
  },
  'managed-by': {
    severity: 'warns',
    found: 'the extension {} of vCenter manages it, and may start, change or replace the VM',
    remedy: 'ask the owner of this extension whether you should migrate the VM',
  },
  'fault-tolerance-secondary': {
    severity: 'refuses',
    found: 'it is a secondary VM of a fault-tolerant pair',
    remedy: 'migrate the primary VM in its place',
  },
  'fault-tolerance': {
    severity: 'warns',
    found: 'it is fault-tolerant, and its target will not be',
    remedy: 'turn Fault Tolerance off before the migration, and plan for a failure of the node of the target',
  },
  'snapshots-stay': {
    severity: 'warns',
    found: 'it has snapshots, which stay at the source: the target has the disks as they are now',
    remedy: 'remove the snapshots, or keep the source for as long as they are needed',
  },
  consolidation: {
    severity: 'warns',
    found: 'its disks need consolidation',
    remedy: 'consolidate them in vCenter: a copy of long chains of files is slow',
  },
  encrypted: {
    severity: 'warns',
    found: 'it is encrypted by vSphere, and its target will not be',
    remedy: 'choose a storage class that encrypts, if the VM has to stay encrypted',
  },
  tpm: {
    severity: 'warns',
    found: 'the contents of its virtual TPM are not copied: the target has an empty TPM',
    remedy:
      'suspend BitLocker and all other programs that keep keys in the TPM, and keep the recovery keys ready',
  },
  'no-tools': {
    severity: 'warns',
    found:
      'it runs without VMware Tools, so Drover can not ask its guest to shut down: the VM would park at stop-source',
    remedy:
      'start VMware Tools in its guest, shut it down before the migration, or set spec.drover.onShutdownTimeout to powerOff, which cuts its power',
  },
  'boot-order': {
    severity: 'warns',
    found: 'it does not say which of its disks it boots from ({}), and may boot unconverted',
    remedy: 'set the boot order in the boot options of the VM, or look at the first boot of the target',
  },
  pinning: {
    severity: 'warns',
    found: 'it is pinned to CPUs or NUMA nodes of its host, and its target will not be',
    remedy: 'give the target dedicated CPUs after the migration, if it needs them',
  },
  'latency-sensitivity': {
    severity: 'warns',
    found: 'its latency sensitivity is {}, and the target has no such setting',
    remedy: 'give the target dedicated CPUs and huge pages after the migration, if it needs them',
  },
  'resource-limits': {
    severity: 'warns',
    found: 'the target does not get its limits or reservations of CPU or memory ({})',
    remedy: 'set requests and limits of the target after the migration, if it needs them',
  },
  'hot-add': {
    severity: 'warns',
    found: 'it can get {} while it runs, and its target will not be able to',
    remedy: 'give it before the migration what it may need',
  },
  'nested-virtualization': {
    severity: 'warns',
    found: 'it runs virtual machines itself; its target can do so only on nodes with nested virtualization',
    remedy:
      'choose nodes with nested virtualization by targetNodeSelector, and set the CPU model of the target',
  },
  'virtualization-based-security': {
    severity: 'warns',
    found:
      'its Windows uses virtualization-based security; its target has it only on nodes with nested virtualization',
    remedy:
      'turn off Credential Guard and similar features before the migration, or choose nodes with nested virtualization by targetNodeSelector',
  },
  'vapp-properties': {
    severity: 'warns',
    found: 'its guest can read vApp properties from vSphere ({}); the target will not have them',
    remedy: 'write down their values, and check that the guest boots without them',
  },

  // Devices
  'pci-passthrough': {
    severity: 'refuses',
    found: 'it uses a PCI device of its ESXi host ({}), which the target does not have',
    remedy: 'remove the device from the VM, and give the target one of its nodes by hand',
  },
  vgpu: {
    severity: 'refuses',
    found: 'it uses a part of a GPU of its ESXi host ({}), which the target does not have',
    remedy: 'remove the device from the VM, and give the target one of its nodes by hand',
  },
  'scsi-passthrough': {
    severity: 'refuses',
    found: 'it uses a SCSI device of its ESXi host ({}), which the target does not have',
    remedy: 'remove the device from the VM',
  },
  nvdimm: {
    severity: 'refuses',
    found: 'it has persistent memory ({}), and its contents would be lost',
    remedy: 'move its contents to a disk, and remove the persistent memory from the VM',
  },
  'sr-iov': {
    severity: 'warns',
    found: 'a network card that is a part of a PCI device of its ESXi host becomes an ordinary card ({})',
    remedy: 'expect a slower card, or add a card of the SR-IOV network operator to the target by hand',
  },
  rdma: {
    severity: 'warns',
    found: 'a network card that offers RDMA becomes an ordinary card ({})',
    remedy: 'set up the guest so that it works without RDMA',
  },
  'usb-device': {
    severity: 'warns',
    found: 'the target will not have a USB device ({})',
    remedy: 'check that the guest works without it: a licence may need it',
  },
  'serial-port': {
    severity: 'warns',
    found: 'the target will not have the connections of its serial ports ({})',
    remedy: 'check that the guest works without them: the first serial port of the target is its console',
  },
  'parallel-port': {
    severity: 'warns',
    found: 'the target will not have its parallel ports ({})',
    remedy: 'check that the guest works without them',
  },
  media: {
    severity: 'warns',
    found: 'the target will not have the CD or floppy that is inserted ({})',
    remedy: 'eject it, or check that the guest works without it',
  },
  'other-device': {
    severity: 'warns',
    found: 'it has devices that Drover does not know, and that the target will not have ({})',
    remedy: 'check that the guest works without them',
  },

  // Disks
  'no-disk': { severity: 'refuses', found: 'it has no disk', remedy: 'remove it from the plan' },
  'too-many-disks': {
    severity: 'refuses',
    found: 'it has {} disks',
    remedy: `put its data onto at most ${MOST_DISKS}: the record of a migration of more does not fit into Temporal's messages; or migrate it by other means`,
  },
  'no-capacity': { severity: 'refuses', found: 'has no capacity', remedy: 'remove it from the VM' },
  'shared-disk': {
    severity: 'refuses',
    found: 'is shared between VMs: another may write to it while it is copied',
    remedy: 'end the sharing, or migrate it by hand',
  },
  'forgetful-disk': { severity: 'refuses', found: 'is in mode {}', remedy: DEPENDENT },
  snapshots: {
    severity: 'refuses',
    found: 'is a chain of snapshots',
    remedy: 'remove the snapshots of the VM, have CDI import the disk (offloadPlugin.fallback: import)',
  },
  rdm: {
    severity: 'refuses',
    found: 'is a raw device mapping ({})',
    remedy: 'detach it, or turn it into a virtual disk',
  },
  independent: { severity: 'refuses', found: 'is in mode {}', remedy: DEPENDENT },
  'encrypted-disk': {
    severity: 'refuses',
    found: 'is encrypted by vSphere',
    remedy: 'decrypt it, have CDI import it (offloadPlugin.fallback: import)',
  },
  'encrypted-import': {
    severity: 'warns',
    found: 'an import decrypts its encrypted disks, and writes them in clear text ({})',
    remedy: 'give the vCenter account the privilege Cryptographer.Access: without it the import fails',
  },

  // Network cards
  'pod-network-twice': {
    severity: 'refuses',
    found: '{} would share the Pod network, which takes one card',
    remedy: 'map all but one of their networks to multus or ignored',
  },
  'no-mac': {
    severity: 'refuses',
    found: '{} has no MAC address',
    remedy: 'power the VM on once or set one, or map its network to ignored',
  },
  'mac-twice': {
    severity: 'refuses',
    found: '{}: targets keep MAC addresses, and two cards of one would not both work',
    remedy: 'change one of them, or map its network to ignored',
  },
  'mac-taken': {
    severity: 'warns',
    found: '{}: targets keep MAC addresses, and on one network two cards of one would not both work',
    remedy:
      'change one of them, map the network of the card to ignored, or let no two of these VMs run on one network',
  },
} as const satisfies Record<string, ConcernSpec>;

export type ConcernId = keyof typeof CONCERNS;

/** A concern about one VM. */
export interface Concern {
  id: ConcernId;
  /** What stands for `{}`. */
  detail?: string;
}

/** Concerns that `activities/vsphere` finds in the hardware and the options of the source. */
export const READ_CONCERNS = [
  'unreachable',
  'managed-by',
  'fault-tolerance-secondary',
  'fault-tolerance',
  'snapshots-stay',
  'consolidation',
  'encrypted',
  'tpm',
  'pinning',
  'latency-sensitivity',
  'resource-limits',
  'hot-add',
  'nested-virtualization',
  'virtualization-based-security',
  'vapp-properties',
  'pci-passthrough',
  'vgpu',
  'scsi-passthrough',
  'nvdimm',
  'sr-iov',
  'rdma',
  'usb-device',
  'serial-port',
  'parallel-port',
  'media',
  'other-device',
] as const satisfies readonly ConcernId[];

/** The clause of a concern, with its detail. */
export function foundBy({ id, detail = '' }: Concern): string {
  return CONCERNS[id].found.replace('{}', () => detail);
}
