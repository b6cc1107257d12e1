import type { Earlier, FormerSuccess, FormerTarget } from '../../../plan/earlier';
import type { SourceVm } from '../../../plan/inventory';
import { chosenToMigrate, imagesOf, resolvePlan } from '../../../plan/resolve';
import { inventory, manifestSet, nic, sentences, sourceVm, targetInventory } from '../example';

const WEB = sourceVm({ power: { state: 'poweredOff', bootTime: null, lastPowerOn: null } });
const DB = sourceVm({
  nics: [nic({ macAddress: '00:50:56:00:00:02' })],
  moref: 'vm-43',
  name: 'db01',
  inventoryPath: '/DC0/vm/prod/db01',
  instanceUuid: 'uuid-43',
});
const PLAN = { namespace: 'mtv', name: 'wave-1' };

function former(changes: Partial<FormerTarget> = {}): FormerTarget {
  return {
    vcenterUuid: 'vcenter-uuid',
    moref: 'vm-42',
    plan: PLAN,
    namespace: 'migrated',
    machine: 'web01',
    instanceUuid: WEB.instanceUuid,
    sourceName: 'web01',
    standing: 'finished',
    finishedAt: '2026-03-01T10:00:00.000Z',
    volumes: ['web01-disk-0', 'web01-disk-1'],
    missingVolumes: [],
    ...changes,
  };
}

function success(changes: Partial<FormerSuccess> = {}): FormerSuccess {
  const target = { namespace: 'migrated', name: 'web01' };
  return {
    vcenterUuid: 'vcenter-uuid',
    moref: 'vm-42',
    plan: PLAN,
    target,
    instanceUuid: WEB.instanceUuid,
    at: '2026-03-02T10:00:00.000Z',
    ...changes,
  };
}

function resolve(earlier: Partial<Earlier>, vms: SourceVm[] = [WEB, DB]) {
  const facts = targetInventory({ earlier: { targets: [], successes: [], again: [], ...earlier } });
  const { problems, vms: frozen, migrated } = resolvePlan(manifestSet(), inventory({ vms }), facts);
  return { problems: sentences(problems), migrate: frozen.map(({ vm }) => vm.name), migrated };
}

const BEFORE = {
  vcenterUuid: 'vcenter-uuid',
  vm: { name: 'web01', moref: 'vm-42' },
  target: { namespace: 'migrated', name: 'web01' },
  plan: PLAN,
  at: '2026-03-01T10:00:00.000Z',
  disks: 2,
  targetStands: true,
};

test('a VM whose target was finished is left out of what is migrated, and said to be done', () => {
  expect(resolve({ targets: [former()] })).toEqual({ problems: [], migrate: ['db01'], migrated: [BEFORE] });
});

test.each([
  ['by another plan', { plan: { namespace: 'mtv', name: 'other' } }],
  ['under another name', { machine: 'web01-new' }],
])('so is one that was migrated %s', (_, changes) => {
  const { problems, migrate, migrated } = resolve({ targets: [former(changes)] });
  expect({ problems, migrate }).toEqual({ problems: [], migrate: ['db01'] });
  expect(migrated).toHaveLength(1);
});

test('what is wrong with it by now refuses no plan, and no image is asked for on its account', () => {
  const broken = sourceVm({ ...WEB, disks: [], isTemplate: true });
  expect(resolve({ targets: [former()] }, [broken, DB])).toMatchObject({ problems: [], migrate: ['db01'] });
  const earlier = {
    targets: [former(), former({ moref: 'vm-43', instanceUuid: 'uuid-43' })],
    successes: [],
    again: [],
  };
  const images = imagesOf(manifestSet(), inventory({ vms: [WEB, DB] }), targetInventory({ earlier }));
  expect(images).toEqual({ plugins: [], converter: null, hooks: [], vddk: [], accounts: [] });
});

test('a source that runs beside its target is warned of, and left alone', () => {
  const running = sourceVm();
  const { problems, migrate } = resolve({ targets: [former()] }, [running, DB]);
  expect(migrate).toEqual(['db01']);
  expect(problems).toEqual([
    expect.stringMatching(/"web01": it was migrated to migrated\/web01 already, and the source runs; /),
  ]);
});

test('a finished target that has lost a disk is still nobody’s to replace', () => {
  const { problems, migrate } = resolve({ targets: [former({ missingVolumes: ['web01-disk-1'] })] });
  expect(migrate).toEqual(['db01']);
  expect(problems).toEqual([expect.stringContaining('this target has lost web01-disk-1; ask the owner')]);
});

test('a target without a note counts as done by its record', () => {
  const whole = former({ standing: 'whole', finishedAt: null });
  const { problems, migrated } = resolve({ targets: [whole], successes: [success()] });
  expect({ problems, migrated }).toEqual({
    problems: [],
    migrated: [{ ...BEFORE, at: '2026-03-02T10:00:00.000Z' }],
  });
});

test.each([
  ['of another machine', { target: { namespace: 'migrated', name: 'other' } }],
  ['in another namespace', { target: { namespace: 'staging', name: 'web01' } }],
  ['of another vCenter', { vcenterUuid: 'another' }],
  ['of another VM, which had its id before', { instanceUuid: 'another' }],
])('not by the record %s: it is left to be looked at', (_, changes) => {
  const whole = former({ standing: 'whole', finishedAt: null });
  const { problems, migrate, migrated } = resolve({ targets: [whole], successes: [success(changes)] });
  expect({ migrate, migrated }).toEqual({ migrate: ['web01', 'db01'], migrated: [] });
  expect(problems).toContainEqual(
    expect.stringContaining(
      'VirtualMachine migrated/web01 of an earlier migration of this VM stands, and nothing says',
    ),
  );
});

test.each([
  [
    'disks',
    /claims migrated\/web01-disk-0, migrated\/web01-disk-1 of an earlier .* their VirtualMachine is gone; /,
  ],
  ['parts', /objects of a migration of this VM that was not finished are there/],
] as const)('what else is left (%s) is said before the run', (standing, sentence) => {
  const { problems, migrate } = resolve({ targets: [former({ standing, machine: null, finishedAt: null })] });
  expect(migrate).toEqual(['web01', 'db01']);
  expect(problems).toEqual([expect.stringMatching(sentence)]);
  expect(problems.join()).not.toContain('delete');
});

test('a success whose target is gone is done, too, until somebody asks for it again', () => {
  const gone = resolve({ successes: [success()] });
  expect(gone).toMatchObject({
    migrate: ['db01'],
    migrated: [{ at: '2026-03-02T10:00:00.000Z', targetStands: false }],
  });
  expect(gone.problems).toEqual([
    expect.stringMatching(
      /and that VirtualMachine is gone; it is left alone; to migrate it again, say so: --again$/,
    ),
  ]);
  for (const name of ['web01', 'vm-42', WEB.instanceUuid])
    expect(resolve({ successes: [success()], again: [name] })).toEqual({
      problems: [],
      migrate: ['web01', 'db01'],
      migrated: [],
    });
});

test('a success of another VM, which had the id before, says nothing of this one', () => {
  const another = success({ instanceUuid: 'another' });
  expect(resolve({ successes: [another] })).toEqual({
    problems: [],
    migrate: ['web01', 'db01'],
    migrated: [],
  });
  const unknown = success({ instanceUuid: null });
  expect(resolve({ successes: [unknown] }).migrate).toEqual(['db01']);
});

test('a success in another namespace is said, and stands in nobody’s way', () => {
  const elsewhere = success({ target: { namespace: 'staging', name: 'web01' } });
  const { problems, migrate, migrated } = resolve({ successes: [elsewhere] });
  expect({ migrate, migrated }).toEqual({ migrate: ['web01', 'db01'], migrated: [] });
  expect(problems).toEqual([
    expect.stringMatching(
      /it was migrated to staging\/web01 at 2026-\S+, and this run makes another target of it; if/,
    ),
  ]);
  expect(resolve({ successes: [elsewhere], again: ['web01'] }).problems).toEqual([]);
});

test('that a VM was asked for again is frozen with it, so that its own check knows it', () => {
  const frozen = (again: string[]) => {
    const set = manifestSet({ plan: { vms: [{ name: 'web01' }] } });
    const earlier = { targets: [], successes: [success()], again };
    return resolvePlan(set, inventory({ vms: [sourceVm()] }), targetInventory({ earlier })).vms;
  };
  expect(frozen([])).toEqual([]);
  expect(frozen(['web01'])[0]).toMatchObject({ again: true });
  const set = manifestSet({ plan: { vms: [{ name: 'web01' }] } });
  expect(resolvePlan(set, inventory({ vms: [sourceVm()] }), targetInventory()).vms[0]).not.toHaveProperty(
    'again',
  );
});

test('to migrate it again is refused while its target stands', () => {
  const { problems, migrate } = resolve({ targets: [former()], again: ['web01'] });
  expect(migrate).toEqual([]);
  expect(problems).toEqual([
    expect.stringMatching(
      /it is to be migrated again, and VirtualMachine migrated\/web01 .* stands; let the owner/,
    ),
  ]);
});

test('an id that the vCenter gave twice is seen: the target is of the VM that had it before', () => {
  const { problems, migrate } = resolve({ targets: [former({ instanceUuid: 'that-of-another' })] });
  expect(migrate).toEqual([]);
  expect(problems).toEqual([
    expect.stringMatching(
      /VirtualMachine migrated\/web01 is of another VM, which had the id vm-42 .*; give this VM a plan/,
    ),
  ]);
});

test.each([
  ['of another id', { moref: 'vm-99' }],
  ['of another vCenter', { vcenterUuid: 'another' }],
])(
  'a target of its name that is of a VM %s, made by the same plan, is no target of its own',
  (_, changes) => {
    const { problems, migrate } = resolve({ targets: [former(changes)] });
    expect(migrate).toEqual([]);
    expect(problems).toEqual([
      expect.stringMatching(
        /namespace migrated has a VirtualMachine "web01" already, of VM vm-\d+; give another targetName/,
      ),
    ]);
  },
);

test('a VM whose source was removed after its migration refuses no plan', () => {
  const { problems, migrate, migrated } = resolve({ targets: [former()] }, [DB]);
  expect({ migrate, migrated }).toEqual({ migrate: ['db01'], migrated: [BEFORE] });
  expect(problems).toEqual([
    expect.stringMatching(/"web01": it was migrated to migrated\/web01 already, and the source is gone; /),
  ]);
});

test.each([
  ['not finished', [former({ standing: 'parts', finishedAt: null })], []],
  ['of another vCenter', [former({ vcenterUuid: 'another' })], []],
  ['not the only one of its name', [former(), former({ moref: 'vm-7', machine: 'web' })], []],
  ['asked for again', [former()], ['web01']],
])('one without a source whose target is %s is an error, as ever', (_, targets, again) => {
  const { problems, migrate } = resolve({ targets, again }, [DB]);
  expect(migrate).toEqual([]);
  expect(problems.join('\n')).toContain('no VM is named "web01"');
});

test('a word to migrate again that names no VM is an error, not a word unheard', () => {
  const { problems, migrate } = resolve({ again: ['web-01'] });
  expect(migrate).toEqual([]);
  expect(problems).toEqual([
    expect.stringContaining('"web-01" is to be migrated again, and no VM of this run is called so'),
  ]);
});

test('nothing more is asked for a VM that was migrated before: not the keys of its disks either', () => {
  const facts = targetInventory({ earlier: { targets: [former()], successes: [], again: [] } });
  const chosen = chosenToMigrate(manifestSet(), inventory({ vms: [WEB, DB] }), facts);
  expect(chosen.map(({ name, index }) => [name, index])).toEqual([['db01', 1]]);
});
