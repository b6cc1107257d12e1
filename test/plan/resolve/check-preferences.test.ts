import type { SourceVm, TargetInventory } from '../../../plan/inventory';
import type { CountedCpus, TargetPreference } from '../../../plan/preference-requirements';
import { resolvePlan } from '../../../plan/resolve';
import { validateManifests } from '../../../plan/validate-manifests';
import { documents, inventory, manifestSet, sentences, sourceVm, targetInventory } from '../example';

const DEBIAN = { debian12_64Guest: 'debian' };

interface Case {
  preferences?: Record<string, string>;
  vm?: Partial<SourceVm>;
  target?: Partial<TargetInventory>;
}

function resolved({ preferences = DEBIAN, vm = {}, target = {} }: Case) {
  const set = manifestSet({ plan: { vms: [{ name: 'web01' }], drover: { preferences } } });
  const source = inventory({ vms: [sourceVm(vm)] });
  const { problems, vms } = resolvePlan(
    set,
    source,
    targetInventory({ preferences: [{ name: 'debian' }, { name: 'rhel.9' }], ...target }),
  );
  return { problems: sentences(problems), preference: vms[0]?.preference };
}

test('a guest gets the preference of its guest id', () => {
  expect(resolved({})).toEqual({ problems: [], preference: 'debian' });
});

test.each(['freebsd14_64Guest', '', 'constructor', '__proto__'])(
  'a guest with the id "%s", for which there is none, gets none, and the check says so',
  (guestId) => {
    const { problems, preference } = resolved({ vm: { guestId } });
    expect(preference).toBeUndefined();
    expect(problems).toContainEqual(
      expect.stringContaining(
        `the plan has no preference for its guest id "${guestId}": the target gets none`,
      ),
    );
  },
);

test('a plan without preferences gives none, and says nothing of it', () => {
  expect(resolved({ preferences: {} })).toEqual({ problems: [], preference: undefined });
});

test.each([
  ['debia', 'did you mean "debian"?'],
  ['windows.2k22', 'create it, or name another'],
])('%s, which the target does not have, is refused where it stands', (name, remedy) => {
  expect(resolved({ preferences: { debian12_64Guest: name } }).problems).toEqual([
    `Plan/mtv/wave-1: spec.drover.preferences.debian12_64Guest: the target has no VirtualMachineClusterPreference "${name}"; ${remedy}`,
  ]);
});

test('what no VM of the plan gets may be missing', () => {
  expect(resolved({ preferences: { ...DEBIAN, otherGuest64: 'nowhere' } }).problems).toEqual([]);
});

const of = (preference: Omit<TargetPreference, 'name'>, vm: Partial<SourceVm> = {}) =>
  resolved({ target: { preferences: [{ name: 'debian', ...preference }] }, vm: { cpu: ONE_SOCKET, ...vm } })
    .problems;
const ONE_SOCKET = { count: 4, coresPerSocket: 4 };
const REFUSED =
  'Plan/mtv/wave-1: spec.drover.preferences.debian12_64Guest: VirtualMachineClusterPreference "debian" requires more than VM "web01" gets: ';
const REMEDY =
  '; name another preference, or give the VM an instance type that has as much (spec.vms[].instanceType)';

describe('what a preference requires, of a VM with one socket of 4 cores', () => {
  test.each<[CountedCpus, number, string]>([
    ['sockets', 1, 'its sockets alone'],
    ['cores', 4, 'the cores of one socket'],
    ['threads', 1, 'the threads of one core'],
    ['all', 4, 'all of them'],
  ])('CPUs are counted by %s', (counted, has, words) => {
    expect(of({ cpus: { least: has, counted } })).toEqual([]);
    expect(of({ cpus: { least: has + 1, counted } })).toEqual([
      `${REFUSED}${has + 1} CPUs, and KubeVirt counts ${has}: ${words}${REMEDY}`,
    ]);
  });

  test('all of its memory counts', () => {
    const leastMemoryBytes = 2 ** 30;
    expect(of({ leastMemoryBytes }, { memoryMiB: 1024 })).toEqual([]);
    expect(of({ leastMemoryBytes }, { memoryMiB: 1023 })).toEqual([
      `${REFUSED}1024 MiB of memory, and it has 1023 MiB${REMEDY}`,
    ]);
  });

  test('in place of both its instance type counts', () => {
    const type = {
      kind: 'VirtualMachineClusterInstancetype' as const,
      name: 'u1',
      cpus: 2,
      memoryBytes: 2 ** 30,
    };
    const withType = (least: number) => {
      const preferences = [
        { name: 'debian', cpus: { least, counted: 'sockets' as const }, leastMemoryBytes: 2 ** 30 },
      ];
      const set = manifestSet({
        plan: { vms: [{ name: 'web01', instanceType: 'u1' }], drover: { preferences: DEBIAN } },
      });
      const vm = sourceVm({ cpu: ONE_SOCKET, memoryMiB: 512 });
      const target = targetInventory({ preferences, instanceTypes: [type] });
      const { problems } = resolvePlan(set, inventory({ vms: [vm] }), target);
      return sentences(problems.filter(({ severity }) => severity === 'error'));
    };
    expect(withType(2)).toEqual([]);
    expect(withType(3)).toEqual([`${REFUSED}3 CPUs, and its instance type has 2${REMEDY}`]);
  });
});

test('what Drover may not read is not judged', () => {
  const rights = ['list virtualmachineclusterpreferences.instancetype.kubevirt.io'];
  const missing = { folder: 'account' as const, namespace: null, rights, all: false };
  expect(resolved({ target: { preferences: [], missingRights: [missing] } }).problems).toEqual([
    expect.stringContaining(`Drover may not ${rights[0]} in the cluster`),
  ]);
});

test.each([
  [
    { debian12_64Guest: '../debian' },
    'spec.drover.preferences.debian12_64Guest: is "../debian"; give at most',
  ],
  [{ debian12_64Guest: { name: 'debian' } }, 'spec.drover.preferences.debian12_64Guest: '],
  [Object.fromEntries(Array.from({ length: 501 }, (_, at) => [`g${at}`, 'debian'])), 'give at most 500'],
  [{ ['g'.repeat(256)]: 'debian' }, 'spec.drover.preferences'],
])('preferences that can not be are refused', (preferences, sentence) => {
  const { problems } = validateManifests(documents({ plan: { drover: { preferences } } }));
  expect(sentences(problems)).toEqual([expect.stringContaining(sentence)]);
});
