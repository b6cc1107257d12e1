import { validateManifests } from '../../../plan/validate-manifests';
import { resolvePlan } from '../../../plan/resolve';
import type { SourceVm, TakenClaim } from '../../../plan/inventory';
import {
  disk,
  documents,
  inventory,
  manifestSet,
  nic,
  sanDisk,
  sentences,
  sourceVm,
  targetInventory,
} from '../example';

const ONE = [{ id: 'vm-42' }];

function resolve(plan: object, vm: Partial<SourceVm> = {}, takenClaims: TakenClaim[] = []) {
  const set = manifestSet({ plan: { vms: ONE, ...plan } });
  const source = inventory({ vms: [sourceVm(vm), sourceVm({ moref: 'vm-43', name: 'db01', nics: [] })] });
  const { vms, problems } = resolvePlan(set, source, targetInventory({ takenClaims }));
  return { vms, problems: sentences(problems) };
}

/** Names of a plan without problems, VM by VM. */
function claimsOf(plan: object, vm: Partial<SourceVm> = {}): string[][] {
  const { vms, problems } = resolve(plan, vm);
  expect(problems).toEqual([]);
  return vms.map(({ disks }) => disks.map(({ volumeName }) => volumeName));
}

const EXACT = { pvcNameTemplateUseGenerateName: false };

test.each([
  ['{{.TargetVmName}}-disk-{{.DiskIndex}}', ['web01-disk-0', 'web01-disk-1']],
  ['{{.PlanName}}-{{.VmId}}-{{.DiskIndex}}', ['wave-1-vm-42-0', 'wave-1-vm-42-1']],
  ['{{trunc 4 .PlanName}}-{{trunc 3 .VmName}}-{{.DiskIndex}}', ['wave-web-0', 'wave-web-1']],
  ['{{if eq .DiskIndex .RootDiskIndex}}root{{else}}data{{end}}-{{.DiskIndex}}', ['data-0', 'root-1']],
  ['{{.FileName | trimSuffix ".vmdk" | replace "_" "-"}}', ['web01', 'web01-1']],
  ['{{if .Shared}}shared-{{end}}{{printf "d%02d" .DiskIndex}}', ['d00', 'd01']],
])('pvcNameTemplate %s names the claims %j', (pvcNameTemplate, names) => {
  const boot = [{ kind: 'disk' as const, key: 2001 }];
  expect(claimsOf({ pvcNameTemplate, ...EXACT }, { boot })).toEqual([names]);
});

test('names are made unique unless the plan says otherwise, and are equal whenever the plan is read', () => {
  const plan = { pvcNameTemplate: 'data', vms: [...ONE, { id: 'vm-43' }] };
  const names = claimsOf(plan).flat();
  expect(names).toEqual(names.map(() => expect.stringMatching(/^data-[0-9a-z]{8}$/)));
  expect(new Set(names).size).toBe(4);
  expect(claimsOf(plan).flat()).toEqual(names);
});

test("a VM's own template counts before the plan's", () => {
  const vms = [{ id: 'vm-42', pvcNameTemplate: 'own-{{.DiskIndex}}' }, { id: 'vm-43' }];
  expect(claimsOf({ pvcNameTemplate: '{{.VmName}}-{{.DiskIndex}}', ...EXACT, vms })).toEqual([
    ['own-0', 'own-1'],
    ['db01-0', 'db01-1'],
  ]);
});

test('disks and cards of the VirtualMachine are called as the templates say; ignored cards do not count', () => {
  const networks = { 21: 'VM Network', 22: 'backend', 23: 'backup' };
  const nics = ([23, 21, 22] as const).map((id, place) =>
    nic({
      key: 4000 + place,
      macAddress: `00:50:56:00:00:0${place}`,
      network: { moref: `network-${id}`, name: networks[id] },
    }),
  );
  const { vms, problems } = resolve(
    {
      pvcNameTemplate: '{{.TargetVmName}}-{{.DiskIndex}}',
      ...EXACT,
      volumeNameTemplate: 'pvc-{{.PVCName}}',
      networkNameTemplate:
        '{{if eq .NetworkType "Pod"}}pod{{else}}{{.NetworkNamespace}}-{{.NetworkName}}-{{.NetworkIndex}}{{end}}',
    },
    { nics },
  );
  expect(problems).toEqual([]);
  expect(vms[0]?.disks.map(({ deviceName }) => deviceName)).toEqual(['pvc-web01-0', 'pvc-web01-1']);
  expect(vms[0]?.nics.map(({ deviceName }) => deviceName)).toEqual(['pod', 'migrated-backend-1']);
});

test('without templates nothing is called otherwise than before', () => {
  const [vm] = resolve({}).vms;
  expect(vm?.disks.map(({ volumeName }) => volumeName)).toEqual(
    [0, 1].map((i) => `${vm?.baseName}-disk-${i}`),
  );
  expect(JSON.stringify(vm)).not.toContain('deviceName');
});

const REMEDY = (example: string) =>
  `make names of at most 63 lower-case letters, digits and dashes, each once, as ${example} does`;
const CLAIM = REMEDY('{{.TargetVmName}}-{{.DiskIndex}}');

/** `taken-1` is somebody else's. The other claims are of VMs of this plan: web01, and one that was migrated before. */
const TAKEN: TakenClaim[] = [
  { name: 'taken-1', vm: null },
  { name: 'own-0', vm: { vcenterUuid: inventory({}).vcenterUuid, moref: 'vm-42' } },
  { name: 'before-0', vm: { vcenterUuid: inventory({}).vcenterUuid, moref: 'vm-41' } },
];

test('claims that the VM itself has already are not in its way', () => {
  expect(resolve({ pvcNameTemplate: 'own-{{.DiskIndex}}', ...EXACT }, {}, TAKEN).problems).toEqual([]);
});

test("a template may not make the name that Drover derives for another VM's claim, in whichever order they stand", () => {
  const [, other] = resolve({ vms: [...ONE, { id: 'vm-43' }] }).vms;
  const derived = other!.disks[0]!.volumeName;
  const own = { id: 'vm-42', pvcNameTemplate: `${derived.slice(0, -1)}{{.DiskIndex}}` };
  for (const vms of [
    [own, { id: 'vm-43' }],
    [{ id: 'vm-43' }, own],
  ]) {
    const { problems } = resolve({ ...EXACT, vms });
    expect(problems).toHaveLength(2);
    expect(problems[0]).toContain(`is "${derived}", which a disk of VM "db01" has, too`);
  }
});

test.each<[string, object, string[]]>([
  [
    'what is no name in Kubernetes',
    { pvcNameTemplate: '{{.VmName | upper}}-{{.DiskIndex}}', ...EXACT },
    ['WEB01-0', 'WEB01-1'].map(
      (name, place) =>
        `spec.pvcNameTemplate: the name that it makes for disk ${place} of VM "web01" is "${name}", which is no name; ${CLAIM}`,
    ),
  ],
  [
    'a name with its ending that is too long',
    { pvcNameTemplate: `${'a'.repeat(53)}-{{.DiskIndex}}` },
    [0, 1].map((place) =>
      expect.stringMatching(`for disk ${place} of VM "web01" is "a+-${place}-.{8}", which is no name`),
    ),
  ],
  [
    'two disks of a VM with one name',
    { pvcNameTemplate: '{{.VmName}}', ...EXACT },
    [
      `spec.pvcNameTemplate: the name that it makes for disk 1 of VM "web01" is "web01", which disk 0 gets, too; ${CLAIM}`,
    ],
  ],
  [
    'disks of two VMs with one name',
    { pvcNameTemplate: 'data-{{.DiskIndex}}', ...EXACT, vms: [...ONE, { id: 'vm-43' }] },
    [0, 1].map(
      (place) =>
        `spec.pvcNameTemplate: the name that it makes for disk ${place} of VM "db01" is "data-${place}", which a disk of VM "web01" has, too; ${CLAIM}`,
    ),
  ],
  [
    "somebody else's claim",
    { pvcNameTemplate: 'taken-{{.DiskIndex}}', ...EXACT },
    [
      `spec.pvcNameTemplate: the name that it makes for disk 1 of VM "web01" is "taken-1", which a claim of the namespace has, too; ${CLAIM}`,
    ],
  ],
  [
    'the claim of a VM of the plan that was migrated before',
    { pvcNameTemplate: 'before-{{.DiskIndex}}', ...EXACT },
    [
      `spec.pvcNameTemplate: the name that it makes for disk 0 of VM "web01" is "before-0", which a disk of VM vm-41 of this plan has, too; ${CLAIM}`,
    ],
  ],
  [
    'a template that fails for one disk, at the place of the VM that has it',
    { vms: [{ id: 'vm-42', pvcNameTemplate: 'd{{div 1 .DiskIndex}}' }] },
    [
      `spec.vms[0].pvcNameTemplate: the name that it makes for disk 0 of VM "web01" can't be made: something is divided by 0; ${CLAIM}`,
    ],
  ],
  [
    'an empty name of a card',
    { networkNameTemplate: '{{.NetworkName}}' },
    [
      `spec.networkNameTemplate: the name that it makes for card 0 of VM "web01" is "", which is no name; ${REMEDY('net-{{.NetworkIndex}}')}`,
    ],
  ],
])('refused is %s', (_, plan, wanted) => {
  const { problems, vms } = resolve(plan, { disks: [disk(), sanDisk()] }, TAKEN);
  expect(problems.map((problem) => problem.replace('Plan/mtv/wave-1: ', ''))).toEqual(wanted);
  expect(vms).toEqual([]);
});

test.each([
  ['pvcNameTemplate', '{{.Name}}', /no variable \.Name \(did you mean "\.VmName"/],
  ['volumeNameTemplate', '{{.DiskIndex}}', /no variable \.DiskIndex/],
  ['networkNameTemplate', '{{range .}}', /there is a dot without a name|which Drover does not know/],
  ['pvcNameTemplate', '{{.WinDriveLetter}}', /no variable \.WinDriveLetter/],
])('a %s that reads %s is refused where it stands', (field, text, fault) => {
  for (const spec of [{ [field]: text }, { vms: [{ name: 'web01', [field]: text }] }]) {
    const { problems } = validateManifests(documents({ plan: spec }));
    expect(sentences(problems)).toEqual([expect.stringMatching(fault)]);
  }
});
