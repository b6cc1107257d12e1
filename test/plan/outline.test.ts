/** A plan in outline, and what a page of it says. */
import { inStartOrder, pageEntry } from '../../plan/outline';
import { partOfPlan, takeApart } from '../../plan/plan-parts';
import { validateManifests } from '../../plan/validate-manifests';
import { documents } from './example';

const WAVE = {
  groups: [{ name: 'web', vms: ['web01'] }],
  priorities: [{ vm: 'web01', priority: 9 }],
  canary: { vms: 1 },
  gate: { maxFailed: 0 },
  startWindows: [{ timeZone: 'UTC', from: '22:00', to: '05:00' }],
};

const row = { place: 0, moref: 'vm-7', name: 'web01', weight: 1, disks: 1, bytes: 1, methods: [] };

test('the plan of a page is sound by itself: its VMs by moref and target name, nothing about the others', () => {
  const whole = [
    {
      kind: 'List',
      items: documents({ plan: { vms: [{ name: 'web01' }, { name: 'db01' }], drover: { wave: WAVE } } }),
    },
  ];
  const parts = takeApart(whole);
  expect(parts.entries).toHaveLength(2);

  const page = partOfPlan(parts, [
    { place: 0, entry: pageEntry(parts.entries[0]!, { ...row, targetName: 'web01-a1b2' }) },
  ]);
  const { set, problems } = validateManifests(page);
  expect(problems).toEqual([]);
  expect(set?.plan.spec.vms).toEqual([{ id: 'vm-7', name: 'web01', targetName: 'web01-a1b2' }]);
  expect(set?.plan.spec.drover.wave).toMatchObject({
    groups: [],
    priorities: [],
    startWindows: WAVE.startWindows,
  });
  expect(set?.plan.spec.drover.wave.canary).toBeUndefined();
});

const UUID = '50234d2c-0c5f-9a2b-7e1c-1f2e3d4c5b6a';
const ACKNOWLEDGE = [
  { policy: 'hot-add', why: 'the target has spare nodes' },
  { policy: 'clock-skew', vms: [UUID, 'web01'], why: 'both are read only' },
  { policy: 'free-space', vms: ['db01'], why: 'they are removed before' },
];
const KNOWN = documents({
  plan: {
    vms: [{ name: 'web01' }, { name: 'db01' }, { id: UUID, name: 'web02' }],
    drover: { acknowledge: ACKNOWLEDGE },
  },
});
const MOREFS = ['vm-7', 'vm-8', 'vm-9'];

/** What the page of the VMs at these places acknowledges, by its own sound plan. */
function acknowledgedOnPage(...places: number[]) {
  const parts = takeApart(KNOWN);
  const entries = places.map((place) => ({
    place,
    entry: pageEntry(parts.entries[place]!, { ...row, place, moref: MOREFS[place]! }),
  }));
  const { set, problems } = validateManifests(partOfPlan(parts, entries));
  expect(problems).toEqual([]);
  return set!.plan.spec.drover.acknowledge.map(({ policy, vms }) => [policy, vms]);
}

test('each of two pages acknowledges what the plan does of its VMs, and calls them as it does', () => {
  expect(acknowledgedOnPage(0, 1)).toEqual([
    ['hot-add', undefined],
    ['clock-skew', ['vm-7']],
    ['free-space', ['vm-8']],
  ]);
  expect(acknowledgedOnPage(2)).toEqual([
    ['hot-add', undefined],
    ['clock-skew', ['vm-9']],
  ]);
});

test('a page of one VM that was chosen alone acknowledges nothing of the others', () => {
  expect(acknowledgedOnPage(1)).toEqual([
    ['hot-add', undefined],
    ['free-space', ['vm-8']],
  ]);
});

test('VMs that share disks follow one another where the first of them stands, those that copy before those that attach', () => {
  const sharing = (group: string, copies: boolean) => ({ sharing: { group, copies } });
  const rows = [
    { ...row, place: 0, moref: 'vm-1' },
    { ...row, place: 1, moref: 'vm-2', ...sharing('vm-2', false) },
    { ...row, place: 2, moref: 'vm-3' },
    { ...row, place: 3, moref: 'vm-4', ...sharing('vm-2', true) },
    { ...row, place: 4, moref: 'vm-5', ...sharing('vm-5', true) },
    { ...row, place: 5, moref: 'vm-6', ...sharing('vm-2', false) },
    { ...row, place: 6, moref: 'vm-7', ...sharing('vm-5', false) },
  ];
  expect(inStartOrder(rows).map(({ moref }) => moref)).toEqual([
    'vm-1',
    'vm-4',
    'vm-2',
    'vm-6',
    'vm-3',
    'vm-5',
    'vm-7',
  ]);
});
