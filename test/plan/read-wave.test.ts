import { readWave, rolesOf } from '../../plan/read-wave';
import { resolvePlan } from '../../plan/resolve';
import { validateManifests } from '../../plan/validate-manifests';
import { documents, inventory, manifestSet, sentences, targetInventory } from './example';

const VMS = [{ name: 'app01' }, { name: 'db01' }, { id: 'vm-43', name: 'db02' }, { name: 'web01' }];

function problemsOf(wave: object, vms: object[] = VMS): string[] {
  return sentences(validateManifests(documents({ plan: { vms, drover: { wave } } })).problems).map((line) =>
    line.replace('Plan/mtv/wave-1: spec.drover.wave.', ''),
  );
}

function rolesIn(wave: object, places = VMS.map((_, place) => place)) {
  const { plan } = manifestSet({ plan: { vms: VMS, drover: { wave } } });
  return rolesOf(readWave(plan, ''), places);
}

const namesOf = (places: Iterable<number>) => [...places].map((place) => VMS[place]?.name);
const canariesIn = (wave: object, places?: number[]) =>
  namesOf([...rolesIn(wave, places)].filter(([, { canary }]) => canary).map(([place]) => place));

const NIGHT = { timeZone: 'Europe/Zurich', from: '22:00', to: '06:00' };

const DATABASE_FIRST = [
  { name: 'database', vms: ['db01', 'vm-43'], priority: 7 },
  { name: 'application', vms: ['app01'], after: ['database'] },
];

test('a plan that says nothing of its wave has no rules for it', () => {
  expect(readWave(manifestSet({ plan: { drover: { wave: {} } } }).plan, '').rules).toBeNull();
});

test('a VM has the priority of its own, else that of its group, else the middle', () => {
  const roles = rolesIn({ groups: DATABASE_FIRST, priorities: [{ vm: 'db02', priority: 9 }] });
  expect([...roles.values()].map(({ group, priority }) => [group, priority])).toEqual([
    ['application', 5],
    ['database', 7],
    ['database', 9],
    [null, 5],
  ]);
});

test('the first canaries are those that would start first, groups included', () => {
  expect(canariesIn({ canary: { vms: 2 } })).toEqual(['app01', 'db01']);
  expect(canariesIn({ groups: DATABASE_FIRST, canary: { vms: 1 } })).toEqual(['db01']);
  expect(canariesIn({ groups: DATABASE_FIRST, canary: { vms: 3 } })).toEqual(['app01', 'db01', 'db02']);
  expect(canariesIn({ canary: { vms: ['web01', 'db02'] } })).toEqual(['db02', 'web01']);
});

test('start windows are for the wave, open every day where the plan names none; each VM has the cutover windows with it', () => {
  const weekend = { ...NIGHT, days: ['Sat', 'Sun'] };
  const set = manifestSet({
    plan: { drover: { wave: { startWindows: [NIGHT], cutoverWindows: [weekend] } } },
  });
  const { wave, vms } = resolvePlan(set, inventory(), targetInventory());
  const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
  expect(wave).toEqual({ groups: [], gate: null, startWindows: [{ ...NIGHT, days }] });
  expect(vms.map(({ policy }) => policy.cutoverWindows)).toEqual([[weekend], [weekend]]);
});

test('of a run of some VMs, the canaries are among these', () => {
  expect(canariesIn({ canary: { vms: 3 } }, [1, 3])).toEqual(['db01', 'web01']);
});

test('the resolved plan says of each VM what it is in the wave', () => {
  const wave = {
    groups: [{ name: 'web', vms: ['web01'] }],
    canary: { vms: ['vm-43'] },
    gate: { maxFailed: '20%' },
  };
  const set = manifestSet({ plan: { drover: { wave } } });
  const resolved = resolvePlan(set, inventory(), targetInventory());
  expect(resolved.wave).toEqual({
    groups: [{ name: 'web', after: [] }],
    gate: { most: { percent: 20 }, minVms: 5 },
  });
  expect(resolved.entries.map(({ role }) => role)).toEqual([
    { moref: 'vm-42', group: 'web', priority: 5, canary: false },
    { moref: 'vm-43', group: null, priority: 5, canary: true },
  ]);
});

test.each<[string, object, string[]]>([
  [
    'groups that come after one another',
    {
      groups: [
        { name: 'database', vms: ['db01'], after: ['application'] },
        { name: 'application', vms: ['app01'], after: ['database'] },
        { name: 'web', vms: ['web01'], after: ['web'] },
      ],
    },
    [
      'groups[0].after: the groups come after one another: database → application → database; take one of them out of the after of the one before it',
      'groups[2].after: the groups come after one another: web → web; take one of them out of the after of the one before it',
    ],
  ],
  [
    'unknown groups and VMs, with what was meant',
    {
      groups: [
        { name: 'web', vms: ['web1'], after: ['databse'] },
        { name: 'database', vms: ['nothing-like-it'] },
      ],
    },
    [
      'groups[0].vms[0]: no VM "web1" is in spec.vms; did you mean "web01"?',
      'groups[1].vms[0]: no VM "nothing-like-it" is in spec.vms; name a VM as spec.vms does, by its id or name there',
      'groups[0].after[0]: no group is named "databse"; did you mean "database"?',
    ],
  ],
  [
    'a VM in two groups, however it is called, and two groups of one name',
    {
      groups: [
        { name: 'a', vms: ['db02'] },
        { name: 'b', vms: ['vm-43'] },
        { name: 'a', vms: ['web01'] },
      ],
    },
    [
      'groups[1].vms[0]: VM "vm-43" is in group "a" already; leave it in one group, once',
      'groups[2].name: there are two groups "a"; rename one',
    ],
  ],
  [
    'two priorities of one VM, and one out of bounds',
    {
      priorities: [
        { vm: 'db01', priority: 1 },
        { vm: 'db01', priority: 2 },
      ],
    },
    ['priorities[1].vm: VM "db01" has a priority already; give it one'],
  ],
  [
    'a priority of none',
    { priorities: [{ vm: 'db01', priority: 10 }] },
    ['priorities[0].priority: is 10; give at most 9'],
  ],
  [
    'more canaries than VMs',
    { canary: { vms: 5 } },
    ['canary.vms: is 5, and the plan has 4 VMs; give at most 4'],
  ],
  ['no canary', { canary: { vms: 0 } }, ['canary.vms: is 0; give at least 1']],
  [
    'a canary that waits for a VM that is none',
    { groups: DATABASE_FIRST, canary: { vms: ['db01', 'app01'] } },
    [
      'canary.vms[1]: it waits for group "database", and "db02" of that is no canary; make "db02" a canary, too, or choose another',
    ],
  ],
  [
    'a gate that never trips',
    { gate: { maxFailed: 4, minVms: 2 } },
    [
      "gate.maxFailed: is 4, and the plan has 4 VMs: more can't fail; give less than 4",
      'gate.minVms: counts only beside a share; remove it, or give maxFailed as a share: 20%',
    ],
  ],
  [
    'a share that is none',
    { gate: { maxFailed: '100%' } },
    ['gate.maxFailed: is "100%"; give a number from 0 to 10000, or a share from 0% to 99%'],
  ],
  [
    'a share of more VMs than there are',
    { gate: { maxFailed: '5%', minVms: 5 } },
    ['gate.minVms: is 5, and the plan has 4 VMs; give at most 4'],
  ],
  [
    'more groups that come first than a state can show',
    { groups: [{ name: 'web', vms: ['web01'], after: Array.from({ length: 11 }, () => 'web') }] },
    ['groups[0].after: is a list; give at most 10 entries'],
  ],
  [
    'time zones that do not exist, with what was meant',
    {
      startWindows: ['Europe/Zurch', 'Zurich', 'America/Zurich', '+02:00', 'Nowhere'].map((timeZone) => ({
        ...NIGHT,
        timeZone,
      })),
    },
    [
      'startWindows[0].timeZone: no time zone is named "Europe/Zurch"; did you mean "Europe/Zurich"?',
      'startWindows[1].timeZone: no time zone is named "Zurich"; did you mean "Europe/Zurich"?',
      'startWindows[2].timeZone: no time zone is named "America/Zurich"; did you mean "Europe/Zurich"?',
      'startWindows[3].timeZone: no time zone is named "+02:00"; give a name of the IANA list, as Europe/Zurich or UTC',
      'startWindows[4].timeZone: no time zone is named "Nowhere"; give a name of the IANA list, as Europe/Zurich or UTC',
    ],
  ],
  [
    'a window that opens on no day',
    { startWindows: [{ ...NIGHT, days: [] }] },
    ['startWindows[0].days: is an empty list; give at least 1 entry'],
  ],
  [
    'a window that ends as it begins',
    {
      startWindows: [
        { ...NIGHT, to: '22:00' },
        { ...NIGHT, from: '00:00', to: '00:00' },
      ],
    },
    [
      'startWindows[0].to: is "22:00", as from is: it never opens; give another end; for a whole day, from "00:00" to "24:00"',
      'startWindows[1].to: is "00:00", as from is: it never opens; give another end; for a whole day, from "00:00" to "24:00"',
    ],
  ],
  [
    'times and days that are none',
    { startWindows: [{ ...NIGHT, days: ['Samstag'], from: '24:00', to: '6:00' }] },
    [
      'startWindows[0].days[0]: is "Samstag"; give one of: Mon, Tue, Wed, Thu, Fri, Sat, Sun',
      'startWindows[0].from: is "24:00"; give hours and minutes in quotes, from "00:00" to "23:59"',
      'startWindows[0].to: is "6:00"; give hours and minutes in quotes, from "00:00" to "24:00"',
    ],
  ],
  ['a misspelled field', { gates: {} }, ['spec.drover.wave has no field "gates"; did you mean "gate"?']],
])('refused: %s', (_, wave, expected) => {
  expect(problemsOf(wave).map((line) => line.replace(/^.*(spec\.drover\.wave has)/, '$1'))).toEqual(expected);
});

test('a name that several entries have is refused', () => {
  const vms = [
    { id: 'vm-1', name: 'twin' },
    { id: 'vm-2', name: 'twin' },
  ];
  expect(problemsOf({ groups: [{ name: 'web', vms: ['twin'] }] }, vms)).toEqual([
    'groups[0].vms[0]: 2 entries of spec.vms go by "twin"; give the id of one, here and there',
  ]);
});

test('of two thousand unknown VMs the first problems are told, and guesses are made for some of them', () => {
  const vms = Array.from({ length: 2_000 }, (_, index) => ({ name: `machine-${index}` }));
  const unknown = vms.map(({ name }) => `${name}x`);
  const problems = problemsOf({ groups: [{ name: 'web', vms: unknown }] }, vms);
  expect(problems).toHaveLength(1_000);
  expect(problems.filter((line) => line.includes('did you mean'))).toHaveLength(50);
});
