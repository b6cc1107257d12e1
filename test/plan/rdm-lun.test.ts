import { lunOf, reservationFaults } from '../../plan/rdm-lun';
import { resolvePlan } from '../../plan/resolve';
import { validateManifests } from '../../plan/validate-manifests';
import {
  disk,
  documents,
  inventory,
  manifestSet,
  sanDisk,
  sentences,
  sourceVm,
  targetInventory,
} from './example';
import { rdmCopied } from './policies/cases';

const RDM = { rdm: 'virtualMode' as const };
const PLAN = { rdmAsLun: true, scsiReservation: false };

test.each([
  ['a raw device mapping of a plan with rdmAsLun', {}, PLAN, { reservation: false }],
  ['one that its guest may reserve', {}, { ...PLAN, scsiReservation: true }, { reservation: true }],
  [
    'one whose VM wants LUNs itself',
    { rdmAsLun: true },
    { ...PLAN, rdmAsLun: false },
    { reservation: false },
  ],
  ['one whose VM wants reservations itself', { scsiReservation: true }, PLAN, { reservation: true }],
  [
    'one whose VM wants none',
    { scsiReservation: false },
    { ...PLAN, scsiReservation: true },
    { reservation: false },
  ],
])('%s is a LUN', (_, entry, spec, lun) => {
  expect(lunOf(RDM, entry, spec)).toEqual(lun);
});

test.each([
  ['an ordinary disk', { rdm: null }, {}, PLAN],
  ['a raw device mapping of a plan without rdmAsLun', RDM, {}, { ...PLAN, rdmAsLun: false }],
  ['one whose VM wants a disk', RDM, { rdmAsLun: false }, PLAN],
])('%s is no LUN', (_, one, entry, spec) => {
  expect(lunOf(one, entry, spec)).toBeNull();
});

test.each([
  ['of a plan with LUNs', { ...PLAN, scsiReservation: true, vms: [{}] }],
  [
    'of a plan one of whose VMs has LUNs',
    { rdmAsLun: false, scsiReservation: true, vms: [{}, { rdmAsLun: true }] },
  ],
  ['of a VM with LUNs', { ...PLAN, vms: [{ scsiReservation: true }] }],
  ['of a plan whose VM wants no LUNs', { ...PLAN, scsiReservation: true, vms: [{ rdmAsLun: false }] }],
])('reservations %s are no fault', (_, spec) => {
  expect(reservationFaults(spec)).toEqual([]);
});

test('reservations without LUNs are refused, those of the plan and those of each VM', () => {
  const plan = {
    scsiReservation: true,
    vms: [{ name: 'web01' }, { name: 'db01', scsiReservation: true }],
  };
  const sentence =
    'is true, but rdmAsLun is not: disks that are no LUNs have no reservations; set rdmAsLun to true, too; or set scsiReservation to false';
  expect(sentences(validateManifests(documents({ plan })).problems)).toEqual([
    `Plan/mtv/wave-1: spec.scsiReservation: ${sentence}`,
    `Plan/mtv/wave-1: spec.vms[1].scsiReservation: ${sentence}`,
  ]);
});

describe('of a VM with a raw device mapping', () => {
  const disks = [disk(), sanDisk({ rdm: 'physicalMode' })];
  const resolve = (plan: object) =>
    resolvePlan(
      manifestSet({ plan: { vms: [{ name: 'web01' }], ...plan }, storageMap: rdmCopied() }),
      inventory({ vms: [sourceVm({ disks })] }),
      targetInventory(),
    );

  test('the mapping alone is frozen as a LUN, and copied by its plugin', () => {
    const { vms, problems } = resolve({ rdmAsLun: true });
    expect(vms[0]?.disks.map(({ lun, method }) => [lun, method.kind])).toEqual([
      [undefined, 'import'],
      [{ reservation: false }, 'plugin'],
    ]);
    expect(sentences(problems)).toEqual([
      expect.stringContaining(
        'disk "Hard disk 2" ([san-1] web01/web01_1.vmdk) becomes a LUN of the target (lun on bus scsi, without SCSI reservations); map its datastore',
      ),
    ]);
  });

  test('it is frozen as any other disk where the plan does not ask for LUNs', () => {
    expect(resolve({}).vms[0]?.disks.map((one) => 'lun' in one)).toEqual([false, false]);
  });

  test('a guest that boots from a LUN is migrated if that is acknowledged', () => {
    const acknowledged = [{ policy: 'lun-boot', why: 'it boots from virtio-scsi' }];
    const alone = { vms: [{ name: 'web01', rootDisk: '/dev/sdb' }], rdmAsLun: true };
    expect(resolve(alone).vms).toEqual([]);
    expect(resolve({ ...alone, drover: { acknowledge: acknowledged } }).vms).toHaveLength(1);
  });
});
