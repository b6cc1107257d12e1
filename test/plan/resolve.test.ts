import { frozenVmSchema } from '../../plan/frozen';
import type { MissingRights, SourceVm, TargetInventory } from '../../plan/inventory';
import { baseName } from '../../plan/names';
import { formatProblem } from '../../plan/problem';
import { checkWithoutLogins, resolvePlan } from '../../plan/resolve';
import {
  disk,
  inventory,
  manifestSet,
  nic,
  sanDisk,
  sentences,
  sourceVm,
  storageClass,
  targetInventory,
  type Parts,
} from './example';

const ONE = { vms: [{ name: 'web01' }] };

function resolveOne(vm: Partial<SourceVm>, parts: Parts = {}, target: Partial<TargetInventory> = {}) {
  const set = manifestSet({ plan: ONE, ...parts });
  return resolvePlan(set, inventory({ vms: [sourceVm(vm)] }), targetInventory(target));
}

function problemsOf(
  vm: Partial<SourceVm>,
  parts: Parts = {},
  target: Partial<TargetInventory> = {},
): string[] {
  const { problems, vms } = resolveOne(vm, parts, target);
  expect(vms).toEqual([]);
  return sentences(problems);
}

function onlyVm(vm: Partial<SourceVm>, parts: Parts = {}, target: Partial<TargetInventory> = {}) {
  const { problems, vms } = resolveOne(vm, parts, target);
  expect(sentences(problems)).toEqual([]);
  const [only] = vms;
  if (only === undefined) throw new Error('no VM was resolved');
  return only;
}

test('a sound plan is frozen, VM by VM, in the order of the plan', () => {
  const { maxConcurrentVms, problems, vms } = resolvePlan(manifestSet(), inventory(), targetInventory());
  expect(problems).toEqual([]);
  expect(maxConcurrentVms).toBe(10);
  expect(vms.map((vm) => vm.targetName)).toEqual(['web01', 'db01']);
  for (const vm of vms) expect(frozenVmSchema.parse(vm)).toEqual(vm);
});

test('a frozen VM holds its plan, both ends, its identity and its hardware', () => {
  const plan = { namespace: 'mtv', name: 'wave-1' };
  expect(onlyVm({})).toMatchObject({
    plan,
    vcenterUuid: 'vcenter-uuid',
    source: { url: 'https://vc.example.com/sdk', secret: { namespace: 'mtv', name: 'login' } },
    target: { url: '', secret: null },
    vm: {
      moref: 'vm-42',
      name: 'web01',
      biosUuid: '42200000-0000-0000-0000-000000000001',
      powerState: 'poweredOn',
    },
    namespace: 'migrated',
    baseName: baseName({ plan, vcenterUuid: 'vcenter-uuid', moref: 'vm-42', targetName: 'web01' }),
    conversion: {
      image: 'drover/conversion:0.1.0',
      kvm: true,
      scratch: { storageClass: 'fast-files', requestBytes: 4358 * MIB },
    },
    startTarget: true,
    hardware: {
      firmware: 'bios',
      sockets: 2,
      coresPerSocket: 2,
      memoryMiB: 4096,
      guestId: 'debian12_64Guest',
    },
    policy: { shutdownTimeoutSeconds: 300, onShutdownTimeout: 'park', parkDeadlineSeconds: 604800 },
  });
});

test('disks of one VM go side by side, by import and by plugin', () => {
  const [imported, copied] = onlyVm({}).disks;
  expect(imported).toMatchObject({
    index: 0,
    storageClass: 'fast-files',
    volumeMode: 'Filesystem',
    method: { kind: 'import' },
  });
  expect(copied).toMatchObject({
    index: 1,
    storageClass: 'fast-block',
    volumeMode: 'Block',
    accessMode: 'ReadWriteMany',
    method: { kind: 'plugin', image: 'registry.example.com/offload:1', vars: { ARRAY: 'a7' } },
  });
});

test('disks come in the order of controllers and units, whatever their keys and the order of the list', () => {
  const disks = [
    disk({ key: 1, bus: 'nvme', unitNumber: 0 }),
    disk({ key: 2, bus: 'ide', busNumber: 1 }),
    disk({ key: 3, bus: 'scsi', busNumber: 1, unitNumber: 0 }),
    disk({ key: 4, bus: 'scsi', busNumber: 0, unitNumber: 10 }),
    disk({ key: 5, bus: 'scsi', busNumber: 0, unitNumber: 2 }),
    disk({ key: 6, bus: 'sata' }),
    disk({ key: 7, bus: 'ide', busNumber: 0 }),
  ];
  const vm = onlyVm({ disks });
  expect(vm.disks.map(({ key }) => key)).toEqual([5, 4, 3, 6, 7, 2, 1]);
  expect(vm.disks.map(({ volumeName }) => volumeName)).toEqual(
    vm.disks.map((_, i) => `${vm.baseName}-disk-${i}`),
  );
});

const MIB = 1024 ** 2;

test.each([
  ['Block', 100 * MIB, undefined, 100 * MIB],
  ['Block', 100 * MIB + 1, undefined, 101 * MIB],
  ['Block', 1, undefined, MIB],
  ['Filesystem', 94 * MIB, 0.06, 100 * MIB],
  ['Filesystem', 94 * MIB - 1, 0.06, 100 * MIB],
  ['Filesystem', 95 * MIB, 0.06, 102 * MIB],
  ['Filesystem', 100 * MIB, 0, 100 * MIB],
  ['Filesystem', 100 * MIB, undefined, 107 * MIB],
] as const)(
  'a %s volume for %d bytes with overhead %p asks for %d',
  (volumeMode, capacityBytes, overhead, bytes) => {
    const destination = { storageClass: 'fast-files', volumeMode, accessMode: 'ReadWriteOnce' };
    const storageMap = { map: [{ source: { name: 'ssd-1' }, destination }] };
    const filesystemOverhead: Record<string, number> = overhead === undefined ? {} : { global: overhead };
    const vm = onlyVm({ disks: [disk({ capacityBytes })] }, { storageMap }, { filesystemOverhead });
    expect(vm.disks[0]).toMatchObject({ capacityBytes, requestBytes: bytes });
  },
);

test("a class's own overhead counts before the global one", () => {
  const vm = onlyVm(
    { disks: [disk({ capacityBytes: 50 * MIB })] },
    {},
    { filesystemOverhead: { global: 0, 'fast-files': 0.5 } },
  );
  expect(vm.disks[0]?.requestBytes).toBe(100 * MIB);
});

const mapTo = (destination: object) => ({
  storageMap: { map: [{ source: { name: 'ssd-1' }, destination }] },
});

test.each<[string, object, object]>([
  ['without a class the default one is taken', {}, { storageClass: 'fast-files', volumeMode: 'Filesystem' }],
  [
    "an import takes the profile's best",
    { storageClass: 'fast-block' },
    { volumeMode: 'Filesystem', accessMode: 'ReadWriteOnce' },
  ],
  [
    'a plugin prefers blocks',
    { storageClass: 'fast-block', offloadPlugin: { image: 'i' } },
    { volumeMode: 'Block', accessMode: 'ReadWriteMany' },
  ],
  [
    'a plugin takes files where there are no blocks',
    { storageClass: 'fast-files', offloadPlugin: { image: 'i' } },
    { volumeMode: 'Filesystem' },
  ],
  [
    "the map's volume mode counts",
    { storageClass: 'fast-block', volumeMode: 'Block' },
    { volumeMode: 'Block', accessMode: 'ReadWriteMany' },
  ],
  [
    "the map's access mode counts",
    { storageClass: 'fast-block', accessMode: 'ReadWriteMany' },
    { volumeMode: 'Block' },
  ],
  [
    "both of the map's count without a profile",
    { storageClass: 'fast-files', volumeMode: 'Block', accessMode: 'ReadWriteOncePod' },
    { volumeMode: 'Block', accessMode: 'ReadWriteOncePod' },
  ],
])('%s', (_, destination, expected) => {
  expect(onlyVm({ disks: [disk()] }, mapTo(destination)).disks[0]).toMatchObject(expected);
});

test('a card goes to the network of its own, and is left away where the map ignores it', () => {
  const nics = [
    nic(),
    nic({
      key: 4001,
      network: { moref: 'network-22', name: 'backend' },
      macAddress: '00:50:56:00:00:02',
      connected: false,
    }),
    nic({ key: 4002, network: { moref: 'network-23', name: 'backup' } }),
  ];
  const vm = onlyVm({ nics });
  expect(vm.leftOut).toEqual({
    nics: [{ key: 4002, sourceNetwork: 'backup', sourceNetworkId: 'network-23' }],
  });
  expect(vm.nics).toEqual([
    {
      key: 4000,
      macAddress: '00:50:56:00:00:01',
      connected: true,
      sourceNetwork: 'VM Network',
      sourceNetworkId: 'network-21',
      network: { kind: 'pod' },
    },
    {
      key: 4001,
      macAddress: '00:50:56:00:00:02',
      connected: false,
      sourceNetwork: 'backend',
      sourceNetworkId: 'network-22',
      network: { kind: 'multus', namespace: 'migrated', name: 'backend' },
    },
  ]);
});

test('a VM of which nothing is left out says nothing of it, as VMs that were frozen before', () => {
  expect(onlyVm({})).not.toHaveProperty('leftOut');
});

test.each([
  ['auto', undefined, 'poweredOn', true],
  ['auto', undefined, 'poweredOff', false],
  ['on', undefined, 'poweredOff', true],
  ['off', undefined, 'poweredOn', false],
  ['off', 'on', 'poweredOff', true],
  ['on', 'auto', 'poweredOff', false],
] as const)('plan %s, VM %s, source %s: the target starts: %s', (planned, own, state, starts) => {
  const vms = [{ name: 'web01', targetPowerState: own }];
  const vm = onlyVm({ power: { ...sourceVm().power, state } }, { plan: { targetPowerState: planned, vms } });
  expect(vm.startTarget).toBe(starts);
});

test('the plan says whether to convert, and what the target carries', () => {
  const spec = {
    ...ONE,
    skipGuestConversion: true,
    targetLabels: { team: 'red' },
    targetNodeSelector: { zone: 'a' },
  };
  expect(onlyVm({}, { plan: spec })).toMatchObject({
    conversion: null,
    labels: { team: 'red' },
    nodeSelector: { zone: 'a' },
  });
});

test("the scratch volume is of the plan's class, else of the first that holds files", () => {
  const scratch = (plan: object, facts: Partial<TargetInventory> = {}) =>
    onlyVm({}, { plan: { ...ONE, ...plan } }, facts).conversion?.scratch;
  expect(scratch({ conversionTempStorageClass: 'fast-block' })?.storageClass).toBe('fast-block');
  const block = { accessModes: ['ReadWriteOnce' as const], volumeMode: 'Block' as const };
  const blocks = storageClass({ claimPropertySets: [block] });
  const files = storageClass({ name: 'spare', isDefault: true });
  const data = targetInventory({ storageClasses: [blocks, { ...blocks, name: 'fast-files' }, files] });
  expect(scratch({}, data)?.storageClass).toBe('spare');
});

test('a plan whose scratch volume has no class is refused', () => {
  const block = { accessModes: ['ReadWriteOnce' as const], volumeMode: 'Block' as const };
  const blocks = storageClass({ claimPropertySets: [block] });
  const target = targetInventory({ storageClasses: [blocks, { ...blocks, name: 'fast-files' }] });
  const refused = (plan: object, facts: TargetInventory) =>
    sentences(resolvePlan(manifestSet({ plan: { ...ONE, ...plan } }), inventory(), facts).problems);
  expect(refused({}, target)).toEqual([
    expect.stringContaining('spec.conversionTempStorageClass: no class of VM "web01" offers a file system'),
  ]);
  expect(refused({ conversionTempStorageClass: 'fast-file' }, targetInventory())).toEqual([
    expect.stringContaining('the target has no storage class "fast-file"; did you mean'),
  ]);
  expect(refused({ skipGuestConversion: true }, target)).toEqual([]);
});

test.each([
  [{}, { by: 'none' }],
  [{ by: 'agent' }, { by: 'agent', timeoutSeconds: 600 }],
  [{ by: 'network' }, { by: 'network', timeoutSeconds: 600 }],
  [
    { by: 'console', pattern: 'up', timeout: '1m' },
    { by: 'console', pattern: 'up', timeoutSeconds: 60 },
  ],
  [
    { by: 'port', port: 3389 },
    { by: 'port', port: 3389, timeoutSeconds: 600 },
  ],
])('verify %j is frozen as %j', (verify, frozen) => {
  const guest = { addresses: [{ address: '192.0.2.10', prefix: 24 }], gateways: [], nameServers: [] };
  const card = nic({ network: { moref: 'network-22', name: 'backend' }, guest });
  expect(onlyVm({ nics: [card] }, { plan: { ...ONE, drover: { verify } } }).policy.verify).toEqual(frozen);
});

test('cores that fill no whole sockets become sockets of one core', () => {
  expect(onlyVm({ cpu: { count: 3, coresPerSocket: 2 } }).hardware).toMatchObject({
    sockets: 3,
    coresPerSocket: 1,
  });
});

const AT = 'Plan/mtv/wave-1: spec.vms[0]: VM "web01":';
const FIRST = 'disk "Hard disk 1" ([ssd-1] web01/web01.vmdk)';
const SECOND = 'disk "Hard disk 2" ([san-1] web01/web01_1.vmdk)';
const CHAIN =
  'is a chain of snapshots, which its plugin does not support; remove the snapshots of the VM, have CDI import the disk (offloadPlugin.fallback: import), or name snapshots in offloadPlugin.supports if the plugin does copy it';

test.each<[string, Partial<SourceVm>, string]>([
  ['a template', { isTemplate: true }, `${AT} it is a template; deploy a VM from it, and migrate that`],
  [
    'a suspended VM',
    { power: { ...sourceVm().power, state: 'suspended' } },
    `${AT} it is suspended; resume it, or shut it down: a migration would lose its memory`,
  ],
  ['a VM without disks', { disks: [] }, `${AT} it has no disk; remove it from the plan`],
  [
    'an empty disk',
    { disks: [disk({ capacityBytes: 0 })] },
    `${AT} ${FIRST} has no capacity; remove it from the VM`,
  ],
  [
    'a raw device',
    { disks: [disk({ rdm: 'physicalMode' })] },
    `${AT} ${FIRST} is a raw device mapping (physicalMode); detach it, or turn it into a virtual disk, or map its datastore to an offload plugin that supports rdm`,
  ],
  [
    'a shared disk',
    { disks: [disk({ shared: true })] },
    `${AT} ${FIRST} is shared between VMs; vCenter shows no other VM that has it; if others have it, let the Provider's login read them; or detach it from all of them but one and end its sharing (multi-writer, or its controller's bus sharing)`,
  ],
  [
    'an independent disk',
    { disks: [disk({ mode: 'independent_persistent' })] },
    `${AT} ${FIRST} is in mode independent_persistent; set it to dependent and persistent, or map its datastore to an offload plugin that supports independent`,
  ],
  [
    'a disk that forgets',
    { disks: [disk({ mode: 'nonpersistent' })] },
    `${AT} ${FIRST} is in mode nonpersistent; set it to dependent and persistent`,
  ],
  ['a snapshot under a plugin', { disks: [sanDisk()], hasSnapshot: true }, `${AT} ${SECOND} ${CHAIN}`],
  [
    'a delta under a plugin',
    { disks: [sanDisk({ basePath: '[san-1] web01/base.vmdk' })] },
    `${AT} ${SECOND} ${CHAIN}`,
  ],
  [
    'two cards on the Pod network',
    { nics: [nic(), nic({ key: 4001, label: 'Network adapter 2', macAddress: '00:50:56:00:00:02' })] },
    `${AT} "Network adapter 1" and "Network adapter 2" would share the Pod network, which takes one card; map all but one of their networks to multus or ignored`,
  ],
  [
    'an unmapped datastore',
    {
      disks: [
        disk(),
        disk({ key: 9, label: 'Hard disk 9', datastore: { moref: 'datastore-13', name: 'ssd-2' } }),
      ],
    },
    'StorageMap/mtv/stores: spec.map: datastore "ssd-2" (datastore-13) is not mapped; it holds disk "Hard disk 9" of VM "web01"; add an entry for it: {source: {id: datastore-13}, destination: {storageClass: …}}',
  ],
  [
    'an unmapped network',
    { nics: [nic({ network: { moref: 'network-99', name: 'lost' } })] },
    'NetworkMap/mtv/nets: spec.map: network "lost" (network-99) is not mapped; on it is "Network adapter 1" of VM "web01"; add an entry for it: {source: {id: network-99}, destination: {type: ignored}} if the card is not needed, else of type pod or multus',
  ],
])('%s is refused', (_, vm, sentence) => {
  expect(problemsOf(vm)).toEqual([sentence]);
});

test('an import follows snapshots, so that only plugins refuse them', () => {
  expect(
    onlyVm({ disks: [disk({ currentPath: '[ssd-1] web01/web01-000001.vmdk' })], hasSnapshot: true }).disks,
  ).toHaveLength(1);
});

test('a datastore that many disks miss is one problem', () => {
  const datastore = { moref: 'datastore-13', name: 'ssd-2' };
  const found = problemsOf({
    disks: [1, 2, 3].map((key) => disk({ key, label: `Hard disk ${key}`, datastore })),
  });
  expect(found).toEqual([
    'StorageMap/mtv/stores: spec.map: datastore "ssd-2" (datastore-13) is not mapped; it holds disk "Hard disk 1" of VM "web01" and 2 more; add an entry for it: {source: {id: datastore-13}, destination: {storageClass: …}}',
  ]);
});

const NO_DEFAULT = { storageClasses: [storageClass()] };
const TWO_DEFAULTS = {
  storageClasses: [storageClass({ isDefault: true }), storageClass({ name: 'b', isDefault: true })],
};
const PROFILELESS = { storageClasses: [storageClass({ claimPropertySets: [] })] };
const READ_ONLY = {
  storageClasses: [
    storageClass({
      claimPropertySets: [{ accessModes: ['ReadOnlyMany' as const], volumeMode: 'Block' as const }],
    }),
  ],
};
const DESTINATION = 'StorageMap/mtv/stores: spec.map[0].destination';

test.each<[string, object, Partial<TargetInventory>, string]>([
  [
    'an unknown class',
    { storageClass: 'fast-blok' },
    {},
    `${DESTINATION}.storageClass: the target has no storage class "fast-blok"; did you mean "fast-block"?`,
  ],
  [
    'a class like no other',
    { storageClass: 'gold' },
    {},
    `${DESTINATION}.storageClass: the target has no storage class "gold"; name one of: fast-block, fast-files`,
  ],
  [
    'a target without classes',
    { storageClass: 'gold' },
    { storageClasses: [] },
    `${DESTINATION}.storageClass: the target has no storage class "gold"; create one: the target has none`,
  ],
  [
    'no class and no default',
    {},
    NO_DEFAULT,
    `${DESTINATION}.storageClass: no class is given, and the target has no default class; name one of: fast-block`,
  ],
  [
    'no class and two defaults',
    {},
    TWO_DEFAULTS,
    `${DESTINATION}.storageClass: no class is given, and the target has several default classes; name one of: fast-block, b`,
  ],
  [
    'a class without profile',
    { storageClass: 'fast-block' },
    PROFILELESS,
    `${DESTINATION}.volumeMode: the StorageProfile of class "fast-block" names no modes to write with; give both volumeMode and accessMode`,
  ],
  [
    'a class that only reads',
    { storageClass: 'fast-block' },
    READ_ONLY,
    `${DESTINATION}.volumeMode: the StorageProfile of class "fast-block" names no modes to write with; give both volumeMode and accessMode`,
  ],
  [
    'a mode that the profile lacks',
    { storageClass: 'fast-block', volumeMode: 'Filesystem', accessMode: undefined },
    READ_ONLY,
    `${DESTINATION}.accessMode: the StorageProfile of class "fast-block" names none with Filesystem; give both volumeMode and accessMode`,
  ],
])('%s is refused', (_, destination, target, sentence) => {
  expect(problemsOf({ disks: [disk()] }, mapTo(destination), target)).toEqual([sentence]);
});

test.each<[string, Parts, string]>([
  [
    'an unknown datastore',
    { storageMap: { map: [{ source: { name: 'ssd-9' }, destination: {} }] } },
    'StorageMap/mtv/stores: spec.map[0].source.name: no datastore is named "ssd-9"; did you mean "ssd-1" or "ssd-2"?',
  ],
  [
    'an unknown datastore id',
    { storageMap: { map: [{ source: { id: 'ds-x', name: 'ssd-1' }, destination: {} }] } },
    'StorageMap/mtv/stores: spec.map[0].source.id: no datastore has the id "ds-x"; see `drover inventory datastores`',
  ],
  [
    'a datastore mapped twice',
    {
      storageMap: {
        map: [
          { source: { name: 'ssd-1' }, destination: {} },
          { source: { id: 'datastore-11' }, destination: {} },
        ],
      },
    },
    'StorageMap/mtv/stores: spec.map[1].source: datastore "ssd-1" is mapped already, by spec.map[0]; remove one of the two',
  ],
  [
    'an unknown network',
    { networkMap: { map: [{ source: { name: 'VM network' }, destination: { type: 'pod' } }] } },
    'NetworkMap/mtv/nets: spec.map[0].source.name: no network is named "VM network"; did you mean "VM Network"?',
  ],
])('%s is refused', (_, parts, sentence) => {
  expect(problemsOf({}, parts)).toContain(sentence);
});

test('a datastore name that stands for two is refused, with both ids', () => {
  const source = inventory({ vms: [sourceVm()] });
  source.datastores.push({
    moref: 'datastore-77',
    name: 'ssd-1',
    type: 'NFS',
    capacityBytes: 0,
    freeBytes: 0,
  });
  const { problems } = resolvePlan(manifestSet({ plan: ONE }), source, targetInventory());
  expect(sentences(problems)).toContain(
    'StorageMap/mtv/stores: spec.map[0].source.name: 2 datastores go by "ssd-1"; give the id of one of: datastore-11, datastore-77',
  );
});

const lacking = (
  folder: MissingRights['folder'],
  namespace: string | null,
  ...rights: string[]
): MissingRights => ({
  folder,
  namespace,
  rights,
  all: false,
});

test.each<[string, Partial<TargetInventory>, string]>([
  [
    'a missing API',
    { missingCrds: ['virtualmachines.kubevirt.io'] },
    'Provider/mtv/host: the target has no virtualmachines.kubevirt.io; install the operator that brings it (KubeVirt, CDI)',
  ],
  [
    'a missing right',
    { missingRights: [lacking('target', 'migrated', 'create jobs.batch')] },
    'Provider/mtv/host: Drover may not create jobs.batch in namespace migrated; give its account this right: deploy/target has it',
  ],
  [
    'a missing right of the cluster',
    { missingRights: [lacking('account', null, 'list nodes')] },
    'Provider/mtv/host: Drover may not list nodes in the cluster; give its account this right: deploy/account has it',
  ],
  [
    'a namespace that nobody prepared',
    { missingRights: [{ ...lacking('target', 'migrated', 'get pods', 'create pods'), all: true }] },
    'Provider/mtv/host: Drover has none of its rights in namespace migrated; apply deploy/target there',
  ],
  [
    'a missing namespace',
    { namespaceExists: false },
    'Plan/mtv/wave-1: spec.targetNamespace: the target has no namespace "migrated"; create it, or name another',
  ],
  [
    'a namespace that is being deleted',
    { namespaceEnding: true },
    'Plan/mtv/wave-1: spec.targetNamespace: namespace "migrated" of the target is being deleted; wait until it is gone and create it again, or name another',
  ],
  [
    'a namespace whose owner does not let Drover work there',
    { namespaceConsents: false },
    'Plan/mtv/wave-1: spec.targetNamespace: namespace migrated does not say that Drover may work there; its owner can say so: kubectl label namespace migrated drover.dev/target=true',
  ],
  [
    'a name that is taken',
    { takenVmNames: ['web01'] },
    'Plan/mtv/wave-1: spec.vms[0].targetName: namespace migrated has a VirtualMachine "web01" already; give another targetName',
  ],
])('%s is refused', (_, target, sentence) => {
  expect(problemsOf({}, {}, target)).toEqual([sentence]);
});

test('what could not be read for want of a right is not judged: the right is the only problem', () => {
  const networks = 'list network-attachment-definitions.k8s.cni.cncf.io';
  const nics = [nic({ network: { moref: 'network-22', name: 'backend' } })];
  expect(
    problemsOf(
      { nics },
      {},
      {
        storageClasses: [],
        networkAttachments: [],
        missingRights: [
          lacking('account', null, 'list storageclasses.storage.k8s.io'),
          lacking('target', 'migrated', networks),
          lacking('cdi', 'cdi', 'get configmaps/v2v-vmware'),
        ],
      },
    ),
  ).toEqual([
    'Provider/mtv/host: Drover may not list storageclasses.storage.k8s.io in the cluster; give its account this right: deploy/account has it',
    `Provider/mtv/host: Drover may not ${networks} in namespace migrated; give its account this right: deploy/target has it`,
    'Provider/mtv/host: Drover may not get configmaps/v2v-vmware in namespace cdi; give its account this right: deploy/cdi has it',
  ]);
});

test('rights in a target namespace that is not there are not asked for', () => {
  const none = { ...lacking('target', 'migrated', 'get pods', 'create pods'), all: true };
  expect(problemsOf({}, {}, { namespaceExists: false, missingRights: [none] })).toEqual([
    'Plan/mtv/wave-1: spec.targetNamespace: the target has no namespace "migrated"; create it, or name another',
  ]);
});

test("without the right to a Provider's Secret, that and what is wrong with the target are said", () => {
  const target = targetInventory({ missingRights: [lacking('target', 'migrated', 'create jobs.batch')] });
  const set = manifestSet({ plan: ONE });
  const { namespace = set.source.metadata.namespace, name } = set.source.spec.secret;
  const login = lacking('plans', namespace, `get secrets/${name}`);
  expect(sentences(checkWithoutLogins(set, [login], target))).toEqual([
    `Provider/mtv/vcenter: spec.secret: Drover may not get secrets/${name} in namespace ${namespace}; give its account this right: deploy/plans has it`,
    'Provider/mtv/host: Drover may not create jobs.batch in namespace migrated; give its account this right: deploy/target has it',
  ]);
});

test("a plugin's own Secret must be in the target namespace, if any disk goes by that plugin", () => {
  const entry = (name: string, secret: string) => ({
    source: { name },
    destination: { storageClass: 'fast-block', offloadPlugin: { image: 'i:1', secret } },
  });
  const storageMap = { map: [entry('ssd-1', 'array-login'), entry('san-1', 'other-login')] };
  const missing = { missingSecrets: ['array-login', 'other-login'] };
  expect(problemsOf({ disks: [disk()] }, { storageMap }, missing)).toEqual([
    'StorageMap/mtv/stores: spec.map[0].destination.offloadPlugin.secret: namespace "migrated" of the target has no Secret "array-login"; create it there with what the plugin\'s vendor asks for, or remove the field',
  ]);
  expect(onlyVm({ disks: [disk()] }, { storageMap }).disks[0]?.method).toMatchObject({
    secret: 'array-login',
  });
});

test("a plugin's own Secret is refused where its owner has not said that it is for plugins", () => {
  const offloadPlugin = { image: 'i:1', secret: 'array-login' };
  const entry = (name: string) => ({
    source: { name },
    destination: { storageClass: 'fast-block', offloadPlugin },
  });
  const lacks = { found: 'Secret migrated/array-login does not say so', command: 'kubectl label it' };
  const target = { unconsentedSecrets: { 'array-login': lacks } };
  const storageMap = {
    map: [entry('ssd-1'), { ...entry('san-1'), destination: { storageClass: 'fast-block' } }],
  };
  const sentence =
    'StorageMap/mtv/stores: spec.map[0].destination.offloadPlugin.secret: Secret migrated/array-login does not say so; its owner can say so: kubectl label it';
  expect(problemsOf({ disks: [disk()] }, { storageMap }, target)).toEqual([sentence]);
  expect(onlyVm({ disks: [sanDisk()] }, { storageMap }, target).disks).toHaveLength(1);
  expect(
    checkWithoutLogins(manifestSet({ storageMap }), [], targetInventory(target)).map(formatProblem),
  ).toEqual([sentence]);
});

test('a card on a network that the target lacks is refused', () => {
  const nics = [nic({ network: { moref: 'network-22', name: 'backend' } })];
  expect(problemsOf({ nics }, {}, { networkAttachments: ['migrated/backends'] })).toEqual([
    'NetworkMap/mtv/nets: spec.map[1].destination.name: the target has no NetworkAttachmentDefinition migrated/backend; did you mean "migrated/backends"?',
  ]);
  expect(onlyVm({ nics: [] }, {}, { networkAttachments: [] }).nics).toEqual([]);
});

describe('VDDK', () => {
  const noImage = { vcenter: { settings: {} } };
  const sentence =
    'Provider/mtv/vcenter: spec.settings.vddkInitImage: no VDDK image is named, and disk "Hard disk 1" of VM "web01" needs one to be imported; name one here, or in the ConfigMap v2v-vmware of CDI';

  test('an import without an image is refused', () => {
    expect(problemsOf({}, noImage)).toEqual([sentence]);
  });

  test("CDI's own image will do", () => {
    expect(
      onlyVm({}, noImage, { clusterVddkImage: 'registry.example.com/vddk:7' }).source.vddkImage,
    ).toBeNull();
  });

  test('plugins need none', () => {
    expect(onlyVm({ disks: [sanDisk()] }, noImage).disks).toHaveLength(1);
  });

  test('a plugin that may fall back to an import needs one', () => {
    const offloadPlugin = { image: 'registry.example.com/offload:1', fallback: 'import' };
    const destination = { storageClass: 'fast-block', offloadPlugin };
    const storageMap = { map: [{ source: { name: 'san-1' }, destination }] };
    const [found] = problemsOf({ disks: [sanDisk()] }, { ...noImage, storageMap });
    expect(found).toBe(sentence.replace('Hard disk 1', 'Hard disk 2'));
  });
});

test('a VM that could not be read is refused', () => {
  const source = { ...inventory({ vms: [sourceVm()] }), vms: {} };
  expect(sentences(resolvePlan(manifestSet({ plan: ONE }), source, targetInventory()).problems)).toEqual([
    'Plan/mtv/wave-1: spec.vms[0]: VM "web01" (vm-42) could not be read from vCenter; check that it still exists, and that the account may read it',
  ]);
});

test('everything that is wrong comes at once', () => {
  const found = problemsOf(
    { isTemplate: true, disks: [disk({ shared: true, rdm: 'virtualMode' }), sanDisk()], hasSnapshot: true },
    { networkMap: { map: [] }, vcenter: { settings: {} } },
    {
      namespaceExists: false,
      missingCrds: ['a'],
      missingRights: [lacking('account', null, 'b')],
      takenVmNames: ['web01'],
    },
  );
  expect(found).toHaveLength(10);
});

test('a VM with more disks than a migration can hold is refused, with their number', () => {
  const disks = Array.from({ length: 65 }, (_, i) => disk({ key: 2000 + i, label: `Hard disk ${i + 1}` }));
  expect(problemsOf({ disks })).toEqual([
    'Plan/mtv/wave-1: spec.vms[0]: VM "web01": it has 65 disks; put its data onto at most 64: the record of a migration of more does not fit into Temporal\'s messages; or migrate it by other means',
  ]);
  expect(onlyVm({ disks: disks.slice(0, 64) }).disks).toHaveLength(64);
});

test.each<[string, Partial<SourceVm>, string]>([
  [
    'a disk larger than vSphere has any',
    { disks: [disk({ capacityBytes: 63 * 1024 ** 4 })] },
    'disks[0].capacityBytes is 69269232549888; give at most 68169720922112',
  ],
  [
    'two disks of one key',
    { disks: [disk(), disk({ label: 'Hard disk 2' })] },
    'disks[1].key is 2000; give each disk one of its own',
  ],
  [
    'an id that leads out of a path',
    { moref: '../configmaps/x' },
    'vm.moref is "../configmaps/x"; give at most 63 letters, digits, dashes, dots and underscores, beginning and ending with a letter or digit',
  ],
  [
    'a card without an address',
    { nics: [nic({ macAddress: '' })] },
    '"Network adapter 1" has no MAC address; power the VM on once or set one, or map its network to ignored',
  ],
  [
    'a card with an address that is none',
    { nics: [nic({ macAddress: '00:50:56' })] },
    'nics[0].macAddress is "00:50:56"; give a MAC address',
  ],
])('what vCenter says is refused where no migration could begin with it: %s', (_, vm, problem) => {
  expect(problemsOf(vm)).toContain(`Plan/mtv/wave-1: spec.vms[0]: VM "web01": ${problem}`);
});
