/** Frozen VMs of every form that the schema allows and that differ in what a VirtualMachine says. */
import fc from 'fast-check';
import type { ConversionReport } from '../../activities/interfaces';
import {
  type DiskSharer,
  type FrozenDisk,
  type FrozenNic,
  type FrozenVm,
  frozenVmSchema,
} from '../../plan/frozen';
import { NOT_CONVERTED } from '../../workflows/migrate-vm/state';
import { frozenVm } from './frozen-vm';

export const MEDIUM: NonNullable<FrozenVm['instanceType']> = {
  kind: 'VirtualMachineClusterInstancetype',
  name: 'u1.medium',
  cpus: 4,
  memoryBytes: 2 ** 33,
};

export const disk = (place: number, change: Partial<FrozenDisk>): FrozenDisk => ({
  ...frozenVm().disks[0]!,
  ...{ key: 2000 + place, index: place, volumeName: `volume-${place}` },
  ...change,
});

export const nic = (place: number, change: Partial<FrozenNic> = {}): FrozenNic => ({
  key: 4000 + place,
  macAddress: `00:50:56:00:00:${place.toString(16).padStart(2, '0')}`,
  connected: true,
  sourceNetwork: 'VM Network',
  network:
    place === 0 ? { kind: 'pod' } : { kind: 'multus', namespace: 'nets', name: `backend-${place}.example` },
  ...change,
});

export const AFFINITY: NonNullable<FrozenVm['affinity']> = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] }],
    },
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        weight: 100,
        preference: { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] },
      },
    ],
  },
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { labelSelector: { matchLabels: { app: 'web' } }, topologyKey: 'kubernetes.io/hostname' },
    ],
  },
};

const label = fc.stringMatching(/^[a-z]([-a-z0-9]{0,20}[a-z0-9])?$/);
const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
/** Of all devices of a VM, the places in its source's order are different. */
const places = fc.shuffledSubarray(Array.from({ length: 12 }, (_, at) => at + 1));

const disks = fc.uniqueArray(label, { minLength: 1, maxLength: 8 }).chain((names) =>
  fc.tuple(
    ...names.map((name) =>
      fc.record({
        deviceName: optional(fc.constant(name)),
        serial: fc.option(fc.uuid(), { nil: null }),
        lun: optional(fc.constant({ reservation: false })),
        sharedWith: optional(fc.constant<DiskSharer[]>([{ moref: 'vm-9', name: 'db02' }])),
      }),
    ),
  ),
);

const nics = fc
  .uniqueArray(label, { maxLength: 4 })
  .chain((names) =>
    fc.tuple(
      ...names.map((name) => fc.record({ deviceName: optional(fc.constant(name)), connected: fc.boolean() })),
    ),
  );

const hardware = fc.record({
  firmware: fc.constantFrom('bios' as const, 'efi' as const),
  secureBoot: fc.boolean(),
  tpm: fc.boolean(),
  sockets: fc.integer({ min: 1, max: 4_096 }),
  coresPerSocket: fc.integer({ min: 1, max: 4_096 }),
  memoryMiB: fc.integer({ min: 1, max: 2 ** 27 }),
  guestId: fc.constant('otherLinux64Guest'),
  nestedVirtualization: optional(fc.boolean()),
});

const verify = fc.constantFrom<FrozenVm['policy']['verify']>(
  { by: 'none' },
  { by: 'console', pattern: 'login:', timeoutSeconds: 60 },
);

const wishes = fc.record({
  hardware,
  disks,
  nics,
  places,
  verify,
  instanceType: optional(fc.constant(MEDIUM)),
  preference: optional(fc.constant('debian')),
  affinity: optional(fc.constant(AFFINITY)),
  labels: fc.dictionary(label, label, { maxKeys: 4 }),
  unconvertedDevices: optional(fc.constant('virtio' as const)),
  diskBus: optional(fc.constantFrom('scsi' as const, 'sata' as const)),
});

export const anyFrozenVm: fc.Arbitrary<FrozenVm> = wishes.map(
  ({ disks: ownDisks, nics: ownNics, places: free, verify: by, ...rest }) => {
    const vm = frozenVm();
    const left = [...free];
    return frozenVmSchema.parse({
      ...vm,
      ...rest,
      vm: { ...vm.vm, biosUuid: '4213e9c2-1b0e-4c1d-9d55-1a2b3c4d5e6f' },
      policy: { ...vm.policy, verify: by },
      disks: ownDisks.map((change, place) => disk(place, { ...change, bootOrder: left.pop() })),
      nics: ownNics.map((change, place) => nic(place, { ...change, bootOrder: left.pop() })),
    });
  },
);

export const anyConversion: fc.Arbitrary<ConversionReport> = fc
  .record({
    converted: fc.boolean(),
    virtio: fc.constantFrom(true, false, null),
    osinfo: fc.option(fc.constant('debian12')),
    bootDisk: fc.constantFrom(0, null),
  })
  .map((report) => ({ ...NOT_CONVERTED, ...report }));
