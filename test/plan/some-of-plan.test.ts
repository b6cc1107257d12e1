/** The plan of some of its VMs alone, as a wave that runs is sent it. */
import { readWave, rolesOf } from '../../plan/read-wave';
import { chooseEntries, entryIn, placedIn, someOfPlan } from '../../plan/some-of-plan';
import { validateManifests } from '../../plan/validate-manifests';
import { documents, sentences } from './example';

const VMS = [{ name: 'web01' }, { id: 'vm-43', name: 'db01' }, { name: 'web02' }, { id: 'vm-45' }];
const WAVE = {
  groups: [
    { name: 'database', vms: ['vm-43'], priority: 7 },
    { name: 'web', vms: ['web01', 'web02'], after: ['database'] },
  ],
  priorities: [
    { vm: 'web02', priority: 9 },
    { vm: 'web01', priority: 1 },
  ],
  canary: { vms: ['web01', 'vm-43'] },
  gate: { maxFailed: 3 },
  cutoverWindows: [{ timeZone: 'UTC', from: '22:00', to: '05:00' }],
};
const PLAN = documents({ plan: { vms: VMS, drover: { wave: WAVE } } });

/** Group, priority and canary of each VM, by a sound plan. */
function rolesIn(manifests: readonly unknown[]) {
  const { set, problems } = validateManifests(manifests);
  expect(sentences(problems)).toEqual([]);
  const { vms } = set!.plan.spec;
  const roles = rolesOf(
    readWave(set!.plan, ''),
    vms.map((_, place) => place),
  );
  return vms.map(({ id, name }, place) => ({ vm: name ?? id, ...roles.get(place) }));
}

test('the plan of some VMs is sound by itself, gives each the role that it has in the whole, and keeps windows', () => {
  const some = someOfPlan(PLAN, [1, 2]);
  expect(rolesIn(some)).toEqual([
    { vm: 'db01', group: 'database', priority: 7, canary: true },
    { vm: 'web02', group: 'web', priority: 9, canary: false },
  ]);
  const { wave } = validateManifests(some).set!.plan.spec.drover;
  expect(wave.cutoverWindows).toMatchObject(WAVE.cutoverWindows);
  expect(wave.gate).toBeUndefined();
});

test('VMs of no group need none, and a number of canaries, which is of the whole plan, makes none of them one', () => {
  const counted = documents({ plan: { vms: VMS, drover: { wave: { ...WAVE, canary: { vms: 2 } } } } });
  expect(rolesIn(someOfPlan(counted, [0, 3]))).toEqual([
    { vm: 'web01', group: 'web', priority: 1, canary: false },
    { vm: 'vm-45', group: null, priority: 5, canary: false },
  ]);
  expect(rolesIn(someOfPlan(documents({ plan: { vms: VMS } }), [3]))).toHaveLength(1);
});

test('the plan of some VMs of such a plan is that plan', () => {
  const some = someOfPlan(PLAN, [1, 2]);
  expect(someOfPlan(some, [0, 1])).toEqual(some);
});

test('of what is acknowledged, it says what counts for its VMs, as the plan calls them', () => {
  const why = 'it has enough';
  const acknowledge = [
    { policy: 'hot-add', vms: ['web01', 'db01', 'vm-45'], why },
    { policy: 'free-space', vms: ['web01'], why },
    { policy: 'clock-skew', why },
  ];
  const some = someOfPlan(documents({ plan: { vms: VMS, drover: { acknowledge } } }), [1, 2]);
  const { set, problems } = validateManifests(some);
  expect(sentences(problems)).toEqual([]);
  expect(set!.plan.spec.drover.acknowledge).toEqual([
    { policy: 'hot-add', vms: ['vm-43'], why },
    { policy: 'clock-skew', why },
  ]);
  expect(someOfPlan(some, [0, 1])).toEqual(some);
});

test('what can not be read as acknowledged is left to be refused, as the whole plan is', () => {
  const foreign = (acknowledge: unknown) =>
    validateManifests(
      someOfPlan(documents({ plan: { vms: VMS, drover: { acknowledge } } }), [1]),
    ).problems.map(({ location }) => location.path);
  expect(foreign('clock-skew')).toEqual(['spec.drover.acknowledge']);
  expect(foreign([7])).toEqual(['spec.drover.acknowledge[0]']);
  expect(foreign([{ policy: 'clock-skew', vms: 'db01', why: 'it is' }])).toEqual([
    'spec.drover.acknowledge[0].vms',
  ]);
});

test('a plan of thousands is small once it has a few of its VMs alone', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => ({ id: `vm-${index}`, name: `web-${index}` }));
  const vms = many.map(({ id }) => id);
  const drover = {
    wave: { groups: [{ name: 'web', vms }] },
    acknowledge: [{ policy: 'clock-skew', vms, why: 'it is' }],
  };
  const whole = documents({ plan: { vms: many, drover } });
  const some = someOfPlan(whole, [7, 9_999]);
  expect(JSON.stringify(some).length).toBeLessThan(3_000);
  expect(rolesIn(some).map(({ vm, group }) => `${vm} ${group}`)).toEqual(['web-7 web', 'web-9999 web']);
});

test('VMs are found by id or name, also in a list, each once and in the order of the plan', () => {
  const inList = [{ kind: 'List', items: PLAN }];
  const { chosen, problems } = chooseEntries(inList, ['web02', 'db01', 'vm-43']);
  expect(problems).toEqual([]);
  expect(chosen).toEqual([
    { place: 1, entry: VMS[1] },
    { place: 2, entry: VMS[2] },
  ]);
  expect(entryIn(inList, 2)).toEqual({ manifest: 'Plan/mtv/wave-1', path: 'spec.vms[2]' });
});

test('VMs that are none, and texts that mean several, are all named', () => {
  const twice = documents({ plan: { vms: [...VMS, { name: 'web01' }] } });
  expect(sentences(chooseEntries(twice, ['web1', 'web01', 'somebody']).problems)).toEqual([
    'Plan/mtv/wave-1: spec.vms: no VM "web1" is in spec.vms; did you mean "web01" or "web02"?',
    'Plan/mtv/wave-1: spec.vms: 2 entries of spec.vms go by "web01"; give the id of one',
    'Plan/mtv/wave-1: spec.vms: no VM "somebody" is in spec.vms; name a VM as spec.vms does, by its id or name there',
  ]);
});

test.each([
  ['spec.vms[1].name', 'spec.vms[7].name'],
  ['spec.vms[0]', 'spec.vms[4]'],
  ['spec.vms[9]', 'spec.vms[9]'],
  ['spec.vms', 'spec.vms'],
  ['spec.drover.verify', 'spec.drover.verify'],
])('a problem at %s of the plan of two VMs stands at %s of the whole', (path, there) => {
  const problem = { severity: 'error' as const, location: { path }, found: 'it is gone', remedy: 'look' };
  expect(placedIn([4, 7], problem)).toEqual({ ...problem, location: { path: there } });
});

test('documents that are no plan, or none that can be read, break nothing', () => {
  for (const spec of [
    undefined,
    null,
    7,
    { vms: 7 },
    { vms: [7, null] },
    { drover: { wave: { groups: 'x' } } },
  ]) {
    const foreign = [{ kind: 'Plan', spec }, { kind: 7 }];
    expect(chooseEntries(foreign, ['web01']).chosen).toEqual([]);
    expect(someOfPlan(foreign, [0])).toHaveLength(2);
  }
});
