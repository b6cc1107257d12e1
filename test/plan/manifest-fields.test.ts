import { fieldNotes } from '../../plan/manifests/fields';
import { planSchema } from '../../plan/manifests/plan';
import { planVmSchema } from '../../plan/manifests/plan-vm';
import { validateManifests } from '../../plan/validate-manifests';
import { documents, sentences } from './example';

/** Every field of the API, with the values that its own server fills in or that ask for nothing. */
const PLAN_FIELDS: Record<string, unknown[]> = {
  description: ['', 'text'],
  targetNamespace: ['migrated'],
  serviceAccount: ['', 'default', 'movers'],
  targetLabels: [{}, { team: 'red' }],
  targetNodeSelector: [{}, { zone: 'a' }],
  targetAffinity: [null, {}, { nodeAffinity: {} }],
  convertorLabels: [{}],
  convertorNodeSelector: [{}],
  convertorAffinity: [{}],
  conversionTempStorageClass: [''],
  conversionTempStorageSize: [''],
  warm: [false],
  type: ['', 'cold'],
  transferNetwork: [null, {}],
  archived: [false],
  preserveClusterCpuModel: [false],
  preserveStaticIPs: [true, false],
  skipZoneNodeSelector: [false],
  diskBus: ['', 'virtio'],
  pvcNameTemplate: [''],
  pvcNameTemplateUseGenerateName: [true, false],
  volumeNameTemplate: [''],
  networkNameTemplate: [''],
  migrateSharedDisks: [true, false],
  rdmAsLun: [null, true, false],
  scsiReservation: [null, false],
  deleteGuestConversionPod: [true, false],
  deleteVmOnFailMigration: [false],
  installLegacyDrivers: [null, false],
  enableNestedVirtualization: [null, true, false],
  skipGuestConversion: [true, false],
  useCompatibilityMode: [true, false],
  targetPowerState: ['on', 'off', 'auto'],
  runPreflightInspection: [true, false],
  customizationScripts: [null, {}, { name: '', namespace: '' }, { name: 'scripts', namespace: 'mtv' }],
  virtV2vImage: [''],
  xfsCompatibility: [null, false, true],
  tagMapping: [null, {}, { disabled: true, labelTags: null }, { labelTags: ['owner', 'Cost Center'] }],
};

const VM_FIELDS: Record<string, unknown[]> = {
  id: ['vm-42'],
  namespace: [''],
  type: [''],
  hooks: [[]],
  luks: [null, {}, { name: '', namespace: '' }, { name: 'keys' }, { name: 'keys', namespace: 'mtv' }],
  nbdeClevis: [null, false, true],
  rootDisk: ['', '/dev/sda', 'vdb', '/dev/sdb2'],
  instanceType: ['', 'u1.medium'],
  pvcNameTemplate: [''],
  volumeNameTemplate: [''],
  networkNameTemplate: [''],
  targetName: ['web'],
  targetPowerState: ['on', 'off', 'auto'],
  deleteVmOnFailMigration: [false],
  migrateSharedDisks: [null, true, false],
  enableNestedVirtualization: [null],
  rdmAsLun: [null, true, false],
  scsiReservation: [null, false],
};

const cases = (fields: Record<string, unknown[]>) =>
  Object.entries(fields).flatMap(([field, values]) =>
    values.map((value): [string, unknown] => [field, value]),
  );

function problemsOf(plan: object): string[] {
  return sentences(validateManifests(documents({ plan })).problems);
}

test.each(cases(PLAN_FIELDS))('a plan with %s: %j is taken', (field, value) => {
  expect(problemsOf({ [field]: value })).toEqual([]);
});

test.each(cases(VM_FIELDS))('a VM with %s: %j is taken', (field, value) => {
  expect(problemsOf({ vms: [{ name: 'web01', [field]: value }] })).toEqual([]);
});

/** A value that no field takes for its default. */
const STRANGE = { strange: true };

const planTable = Object.entries(fieldNotes(planSchema.shape.spec).notHonoured);
const vmTable = Object.entries(fieldNotes(planVmSchema).notHonoured);

test.each(planTable)('a plan that sets %s to something is refused by that name', (field, row) => {
  expect(problemsOf({ [field]: STRANGE })).toEqual([
    `Plan/mtv/wave-1: spec.${field}: this field is not honoured yet; ${row.remedy}`,
  ]);
});

test.each(vmTable)('a VM that sets %s to something is refused by that name', (field, row) => {
  expect(problemsOf({ vms: [{ name: 'web01', [field]: STRANGE }] })).toEqual([
    `Plan/mtv/wave-1: spec.vms[0].${field}: this field is not honoured yet; ${row.remedy}`,
  ]);
});
