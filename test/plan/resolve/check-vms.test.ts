/** Every policy about a VM, made to find something. */
import type { SourceVm, TargetCard } from '../../../plan/inventory';
import { POLICIES } from '../../../plan/policies/all';
import { foundBy } from '../../../plan/policies/policy';
import { refuses } from '../../../plan/problem';
import { resolvePlan } from '../../../plan/resolve';
import {
  inventory,
  manifestSet,
  nic,
  type Parts,
  sanDisk,
  sentences,
  sourceVm,
  targetInventory,
} from '../example';
import { AT_TARGET, BACKEND, CASES, guest, resolveCase, second, TAKEN } from '../policies/cases';

const ONE = { vms: [{ name: 'web01' }] };
function resolveOne(vm: Partial<SourceVm>, plan: object = {}, parts: Parts = {}) {
  const set = manifestSet({ plan: { ...ONE, ...plan }, ...parts });
  return resolvePlan(set, inventory({ vms: [sourceVm(vm)] }), targetInventory(AT_TARGET));
}

test.each(POLICIES)(
  'what the policy $id finds is said once, with its remedy, and refuses or not as the policy has it',
  (policy) => {
    const { id } = policy;
    const { problems, vms } = resolveCase(CASES[id]!);
    const [before = '', after = ''] = foundBy(policy, { detail: '\0' }).split('\0');
    const said = problems.filter(({ found }) => found.includes(before) && found.includes(after));
    expect(said).toHaveLength(1);
    expect(said[0]?.policy).toBe(id);
    expect(said[0]?.remedy).toContain(policy.remedy);
    expect(said[0]?.location.path).toBe('spec.vms[0]');
    expect(refuses(problems)).toBe(policy.severity === 'critical');
    expect(vms).toHaveLength(refuses(problems) ? 0 : 1);
  },
);

test('a plugin that copies encrypted disks gets them', () => {
  const map = [
    {
      source: { id: 'datastore-12' },
      destination: {
        storageClass: 'fast-block',
        offloadPlugin: { image: 'registry.example.com/offload:1', supports: ['encrypted'] },
      },
    },
  ];
  const { problems } = resolveOne({ disks: [sanDisk({ encrypted: true })] }, {}, { storageMap: { map } });
  expect(problems).toEqual([]);
});

test.each<[string, Partial<SourceVm>, object]>([
  ['that is converted', {}, {}],
  ['that says its order', { boot: [{ kind: 'disk', key: 3000 }] }, { skipGuestConversion: true }],
])('of a VM with disks on two controllers %s it is known what it boots from', (_, vm, plan) => {
  expect(resolveOne({ ...CASES['boot-order']!.vm, ...vm }, plan).problems).toEqual([]);
});

test('a guest that may start unconverted may boot from the wrong one of two controllers', () => {
  const { problems } = resolveOne(CASES['boot-order']!.vm, {
    drover: { onUnconvertible: 'startUnconverted' },
  });
  expect(sentences(problems)).toEqual([
    'Plan/mtv/wave-1: spec.vms[0]: VM "web01": it does not say which of its disks it boots from (scsi0, ide0), and may boot unconverted; name the rootDisk of the VM in the plan, or set the boot order in its boot options, or look at the first boot of the target',
  ]);
});

test('the order in which the source boots is frozen with its disks and cards; what is left out has no place', () => {
  const boot = [
    { kind: 'nic', key: 4001 },
    { kind: 'disk', key: 2001 },
    { kind: 'nic', key: 4002 },
  ] as const;
  const nics = [
    nic(),
    second(BACKEND),
    second({ key: 4002, network: { moref: 'network-23', name: 'backup' } }),
  ];
  const { vms } = resolveOne({ boot: [...boot], nics });
  expect(vms[0]?.disks.map(({ bootOrder }) => bootOrder)).toEqual([undefined, 2]);
  expect(vms[0]?.nics.map(({ bootOrder }) => bootOrder)).toEqual([undefined, 1]);
});

describe('a guest that can not be asked to shut down', () => {
  const tools = { running: false, status: 'toolsNotInstalled' };

  test.each<[string, Partial<SourceVm>, object]>([
    ['is off already', { tools, power: { state: 'poweredOff', bootTime: null, lastPowerOn: null } }, {}],
    ['may have its power cut', { tools }, { drover: { onShutdownTimeout: 'powerOff' } }],
    ['runs VMware Tools', {}, {}],
  ])('is no concern where it %s', (_, vm, plan) => {
    expect(resolveOne(vm, plan).problems).toEqual([]);
  });

  test('is named with the field that lets its power be cut', () => {
    expect(sentences(resolveOne({ tools }).problems)).toEqual([
      'Plan/mtv/wave-1: spec.vms[0]: VM "web01": it runs without VMware Tools, so Drover can not ask its guest to shut down: the VM would park at stop-source; start VMware Tools in its guest, shut it down before the migration, or set spec.drover.onShutdownTimeout to powerOff, which cuts its power',
    ]);
  });
});

describe('a MAC address that the target has', () => {
  const own = { vcenterUuid: inventory({}).vcenterUuid, moref: sourceVm().moref };
  const resolveBeside = (card: Partial<TargetCard>, nics = [nic()]) =>
    resolvePlan(
      manifestSet({ plan: ONE }),
      inventory({ vms: [sourceVm({ nics })] }),
      targetInventory({ cards: [{ ...TAKEN, macAddress: nic().macAddress, ...card }] }),
    );

  test('is warned of, with both that have it', () => {
    const { problems, vms } = resolveBeside({});
    expect(sentences(problems)[0]).toContain(
      '"Network adapter 1" has the MAC address 00:50:56:00:00:01 of VirtualMachine migrated/old: targets keep MAC addresses',
    );
    expect(vms).toHaveLength(1);
  });

  test('is no clash with what the VM itself became before, and one with what another became', () => {
    expect(resolveBeside({ source: own }).problems).toEqual([]);
    expect(resolveBeside({ source: { ...own, vcenterUuid: 'another' } }).problems).toHaveLength(1);
    expect(resolveBeside({ source: { ...own, moref: 'vm-99' } }).problems).toHaveLength(1);
  });

  test('is of no matter for a card that stays at the source', () => {
    const left = nic({ network: { moref: 'network-23', name: 'backup' } });
    expect(resolveBeside({}, [left]).problems).toEqual([]);
  });
});

describe('one MAC address twice', () => {
  const two = (nics: SourceVm['nics']) => {
    const other = { moref: 'vm-43', name: 'db01', inventoryPath: '/DC0/vm/db01', instanceUuid: 'other' };
    const set = manifestSet({ plan: { vms: [{ name: 'web01' }, { name: 'db01' }] } });
    return resolvePlan(
      set,
      inventory({ vms: [sourceVm(), sourceVm({ ...other, nics })] }),
      targetInventory(),
    );
  };

  test('in two VMs of a plan is refused at the second of them', () => {
    expect(sentences(two([nic()]).problems)).toEqual([
      'Plan/mtv/wave-1: spec.vms[1]: VM "db01": "Network adapter 1" has the MAC address 00:50:56:00:00:01 of "Network adapter 1" of VM "web01": targets keep MAC addresses, and two cards of one would not both work; change one of them, or map its network to ignored',
    ]);
  });

  test('is nothing where one of the two cards is ignored', () => {
    const network = { moref: 'network-23', name: 'backup' };
    expect(two([nic({ network })]).problems).toEqual([]);
  });
});

test('a warning that many VMs share is said once, with the names of the first', () => {
  const names = Array.from({ length: 12 }, (_, index) => `vm${index}`);
  const vms = names.map((name, index) =>
    sourceVm({
      name,
      moref: `vm-${index}`,
      inventoryPath: `/DC0/vm/${name}`,
      instanceUuid: name,
      nics: [],
      concerns: [{ id: 'hot-add', detail: 'memory' }],
    }),
  );
  const set = manifestSet({ plan: { vms: names.map((name) => ({ name })) } });
  const { problems, vms: frozen } = resolvePlan(set, inventory({ vms }), targetInventory());
  expect(sentences(problems)).toEqual([
    'Plan/mtv/wave-1: spec.vms: VMs "vm0", "vm1", "vm2", "vm3", "vm4", "vm5", "vm6", "vm7", "vm8", "vm9" and 2 more, each: it can get memory while it runs, and its target will not be able to; give it before the migration what it may need',
  ]);
  expect(frozen).toHaveLength(12);
});

describe('what a policy finds twice in one VM', () => {
  const withTwo = (name: string, moref: string) =>
    sourceVm({
      name,
      moref,
      inventoryPath: `/DC0/vm/${name}`,
      instanceUuid: name,
      nics: [],
      concerns: [
        { id: 'media', detail: 'CD 1' },
        { id: 'media', detail: 'CD 2' },
      ],
    });
  const saidOf = (...vms: SourceVm[]) =>
    resolvePlan(
      manifestSet({ plan: { vms: vms.map(({ name }) => ({ name })) } }),
      inventory({ vms }),
      targetInventory(),
    ).problems.map(({ location, found }) => `${location.path}: ${found}`);

  test('counts this VM once among others', () => {
    expect(saidOf(withTwo('web01', 'vm-42'), withTwo('db01', 'vm-43'))).toEqual([
      expect.stringMatching(/^spec\.vms: VMs "web01", "db01", each: /),
    ]);
  });

  test('is said in full where no other VM has it', () => {
    expect(saidOf(withTwo('web01', 'vm-42'))).toEqual([
      expect.stringMatching(/^spec\.vms\[0\]: VM "web01": .*CD 1/),
      expect.stringMatching(/^spec\.vms\[0\]: VM "web01": .*CD 2/),
    ]);
  });
});

describe('that a guest keeps its network', () => {
  const quiet = ({ problems }: ReturnType<typeof resolveOne>) =>
    problems.filter(({ policy }) => policy?.startsWith('network-'));
  const asked = { preserveStaticIPs: true };

  test('is the default, and nobody is warned who has not asked for it', () => {
    const resolved = resolveOne({});
    expect(resolved.vms[0]?.keepNetwork).toBe(true);
    expect(quiet(resolved)).toEqual([]);
  });

  test('is frozen with what Tools report of each card, and with its slot', () => {
    const { vms } = resolveOne({ nics: [nic({ pciSlot: 192, guest: guest() })] }, asked);
    expect(vms[0]?.nics).toMatchObject([{ pciSlot: 192, guest: guest() }]);
  });

  test.each([
    ['the plan says no', { preserveStaticIPs: false }],
    ['the guest is not converted', { skipGuestConversion: true }],
  ])('is not wanted where %s', (_, plan) => {
    expect(resolveOne({}, plan).vms[0]).not.toHaveProperty('keepNetwork');
  });

  test('is no concern on the Pod network where DHCP gave the address', () => {
    expect(quiet(resolveOne({ nics: [nic({ guest: guest('dhcp') })] }, asked))).toEqual([]);
  });

  test('is no concern of a card that the map ignores', () => {
    const ignored = nic({ network: { moref: 'network-23', name: 'backup' } });
    expect(quiet(resolveOne({ nics: [ignored] }, asked))).toEqual([]);
  });
});
