/**
 * What about a VM stands in the way of its migration, or is not the same at the target, as data.
 *
 * Sources of the list: the rules of Forklift's validation service (`vmware.*.rego`), and the types of `VirtualDevice` in
 * vSphere's API (8.0).
 */
import { MOST_DISKS } from './field-limits';

interface ConcernSpec {
  /** `refuses`: such a VM is not migrated. `warns`: it is, and a person should know. */
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
    remedy: 'resume it, or shut it down: its memory would be lost',
  },
  unreachable: {
    severity: 'refuses',
    found: 'vCenter does not reach it, and calls it {}',
    remedy: 'bring its ESXi host and its datastores back into the reach of vCenter, or register it again',
  },
  'managed-by': {
    severity: 'warns',
    found: 'the extension {} of vCenter manages it, and may start, change or replace it',
    remedy: 'ask who runs this extension whether the VM is to be migrated at all',
  },
  'fault-tolerance-secondary': {
    severity: 'refuses',
    found: 'it is a secondary VM of a fault-tolerant pair',
    remedy: 'migrate the primary VM in its place',
  },
  'fault-tolerance': {
    severity: 'warns',
    found: 'it is fault-tolerant, and its target is not',
    remedy: 'turn Fault Tolerance off before the migration, and plan for a failure of its node',
  },
  'snapshots-stay': {
    severity: 'warns',
    found: 'it has snapshots, which stay at the source: the target has the disks as they are now',
    remedy: 'remove the snapshots, or keep the source for as long as they are needed',
  },
  consolidation: {
    severity: 'warns',
    found: 'its disks need consolidation',
    remedy: 'consolidate them in vCenter: long chains of files are copied slowly',
  },
  encrypted: {
    severity: 'warns',
    found: 'it is encrypted by vSphere, and its target is not',
    remedy: 'choose a storage class that encrypts, if it has to stay encrypted',
  },
  tpm: {
    severity: 'warns',
    found: 'what its virtual TPM holds is not copied: the target has an empty one',
    remedy: 'suspend BitLocker, or whatever else has keys in it, and have the recovery keys at hand',
  },
  'no-tools': {
    severity: 'warns',
    found:
      'it runs without VMware Tools, so its guest can not be asked to shut down: it would park at stop-source',
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
    found: 'it is pinned to CPUs or NUMA nodes of its host, and its target is not',
    remedy: 'give the target dedicated CPUs after the migration, if it needs them',
  },
  'latency-sensitivity': {
    severity: 'warns',
    found: 'its latency sensitivity is {}, which its target does not know',
    remedy: 'give the target dedicated CPUs and huge pages after the migration, if it needs them',
  },
  'resource-limits': {
    severity: 'warns',
    found: 'its limits or reservations of CPU or memory are not taken over ({})',
    remedy: 'set requests and limits of the target after the migration, if it needs them',
  },
  'hot-add': {
    severity: 'warns',
    found: 'it can get {} while it runs, and its target can not',
    remedy: 'give it before the migration what it may need',
  },
  'nested-virtualization': {
    severity: 'warns',
    found: 'it runs virtual machines itself, which its target can do only on nodes that let it',
    remedy:
      'choose nodes with nested virtualization by targetNodeSelector, and set the CPU model of the target',
  },
  'virtualization-based-security': {
    severity: 'warns',
    found: 'its Windows uses virtualization-based security, which its target has only on nodes that let it',
    remedy:
      'turn Credential Guard and the like off before, or choose nodes with nested virtualization by targetNodeSelector',
  },
  'vapp-properties': {
    severity: 'warns',
    found: 'its guest can read vApp properties from vSphere ({}), which its target does not have',
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
    found: 'it has persistent memory ({}), whose contents would be lost',
    remedy: 'move what is in it to a disk, and remove it from the VM',
  },
  'sr-iov': {
    severity: 'warns',
    found: 'a card becomes an ordinary one: it is a part of a PCI device of its ESXi host now ({})',
    remedy: 'expect less of it, or add a card of the SR-IOV network operator to the target by hand',
  },
  rdma: {
    severity: 'warns',
    found: 'a card becomes an ordinary one: it offers RDMA now ({})',
    remedy: 'set up the guest to do without RDMA',
  },
  'usb-device': {
    severity: 'warns',
    found: 'a USB device is not at the target ({})',
    remedy: 'check that the guest does without it: a licence may hang on it',
  },
  'serial-port': {
    severity: 'warns',
    found: 'what its serial ports are connected to is not at the target ({})',
    remedy: 'check that the guest does without: the first serial port of the target is its console',
  },
  'parallel-port': {
    severity: 'warns',
    found: 'its parallel ports are not at the target ({})',
    remedy: 'check that the guest does without them',
  },
  media: {
    severity: 'warns',
    found: 'the CD or floppy that is inserted is not at the target ({})',
    remedy: 'eject it, or check that the guest does without it',
  },
  'other-device': {
    severity: 'warns',
    found: 'it has devices that Drover does not know, and that are not at the target ({})',
    remedy: 'check that the guest does without them',
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
    remedy: 'remove the snapshots of the VM, have it imported (offloadPlugin.fallback: import)',
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
    remedy: 'decrypt it, have it imported (offloadPlugin.fallback: import)',
  },
  'encrypted-import': {
    severity: 'warns',
    found: 'its encrypted disks are read in clear text, and written so ({})',
    remedy: 'give the vCenter account the privilege Cryptographer.Access, without which their import fails',
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

/** What only the hardware and the options of the source tell, which `activities/vsphere` reads. */
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
