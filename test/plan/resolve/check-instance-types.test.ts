import type { InstanceType } from '../../../plan/instance-type';
import type { TargetInventory } from '../../../plan/inventory';
import { resolvePlan } from '../../../plan/resolve';
import { validateManifests } from '../../../plan/validate-manifests';
import { documents, inventory, manifestSet, sentences, sourceVm, targetInventory } from '../example';

const LARGE: InstanceType = {
  kind: 'VirtualMachineClusterInstancetype',
  name: 'u1.large',
  cpus: 8,
  memoryBytes: 2 ** 34,
};

function problemsOf(instanceType: string, target: Partial<TargetInventory> = {}): string[] {
  const set = manifestSet({ plan: { vms: [{ name: 'web01', instanceType }] } });
  const source = inventory({ vms: [sourceVm()] });
  const { problems } = resolvePlan(set, source, targetInventory({ instanceTypes: [LARGE], ...target }));
  return sentences(problems);
}

test('an instance type that the target has is taken', () => {
  expect(problemsOf('u1.large')).toEqual([]);
});

test.each([
  ['u1.larg', 'did you mean "u1.large"?'],
  ['huge-database', 'create it, or name another'],
])('%s, which the target does not have, is refused where it stands', (name, remedy) => {
  expect(problemsOf(name)).toEqual([
    `Plan/mtv/wave-1: spec.vms[0].instanceType: neither namespace "migrated" of the target nor its cluster has an instance type "${name}"; ${remedy}`,
  ]);
});

test('one with less than the source is a warning that says what is less', () => {
  const small = { ...LARGE, name: 'small', cpus: 1, memoryBytes: 2 ** 30 };
  expect(problemsOf('small', { instanceTypes: [small] })).toEqual([
    expect.stringContaining(
      'its instance type gives the target less than the source has: 1 CPUs instead of 4, 1024 MiB of memory instead of 4096',
    ),
  ]);
});

test('what Drover may not read is not judged', () => {
  const rights = ['list virtualmachineclusterinstancetypes.instancetype.kubevirt.io'];
  const missing = { folder: 'account' as const, namespace: null, rights, all: false };
  expect(problemsOf('u1.large', { instanceTypes: [], missingRights: [missing] })).toEqual([
    expect.stringContaining(`Drover may not ${rights[0]} in the cluster`),
  ]);
});

test('a name that no object can have is refused', () => {
  const { problems } = validateManifests(
    documents({ plan: { vms: [{ name: 'web01', instanceType: '../u1' }] } }),
  );
  expect(sentences(problems)).toEqual([
    expect.stringContaining('Plan/mtv/wave-1: spec.vms[0].instanceType: is "../u1"; give at most 253'),
  ]);
});
