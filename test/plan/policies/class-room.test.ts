/** Volumes of a plan against the room that drivers report of their classes. */
import { classCapacities } from '../../../activities/kubernetes/target/inventory';
import type { ClassCapacity } from '../../../plan/inventory';
import { resolvePlan } from '../../../plan/resolve';
import { disk, inventory, manifestSet, sourceVm, targetInventory } from '../example';

const GIB = 1024 ** 3;
const part = (
  freeGib: number | null,
  largestGib: number | null,
  storageClass = 'fast-files',
): ClassCapacity => ({
  storageClass,
  freeBytes: freeGib === null ? null : freeGib * GIB,
  largestBytes: largestGib === null ? null : largestGib * GIB,
});

/** Of one VM with a disk of 10 GiB, which takes 10.64 GiB of a file system. */
function found(classCapacities: ClassCapacity[], size = 10): string[] {
  const { problems } = resolvePlan(
    manifestSet({ plan: { vms: [{ name: 'web01' }] } }),
    inventory({ vms: [sourceVm({ disks: [disk({ capacityBytes: size * GIB })] })] }),
    targetInventory({ classCapacities }),
  );
  const own = ['volume-too-large', 'class-capacity'];
  return problems.filter(({ policy = '' }) => own.includes(policy)).map((problem) => problem.found);
}

test('a volume that no part of the cluster can have is refused, with what it needs and what there is', () => {
  expect(found([part(100, 8), part(100, 10)])).toEqual([
    'VM "web01": disk "Hard disk 1" ([ssd-1] web01/web01.vmdk) needs a volume of 10.64 GiB, and class "fast-files" can have 10 GiB at most',
  ]);
  expect(found([part(100, 8), part(100, 11)])).toEqual([]);
});

test('more than all parts have free together is warned of', () => {
  expect(found([part(4, null), part(6, null)])).toEqual([
    'VM "web01": the plan needs 10.64 GiB of class "fast-files", whose driver reports 10 GiB free',
  ]);
  expect(found([part(4, null), part(7, null)])).toEqual([]);
});

test.each<[string, ClassCapacity[]]>([
  ['no driver reports anything', []],
  ['only another class is reported', [part(1, 1, 'fast-block')]],
  ['one part says nothing', [part(1, 1), part(null, null)]],
])('nothing is known where %s', (_, capacities) => {
  expect(found(capacities)).toEqual([]);
});

test('what a driver writes that is no quantity says nothing', () => {
  const object = (capacity: unknown, maximumVolumeSize?: unknown) =>
    ({ storageClassName: 'x', capacity, maximumVolumeSize }) as never;
  expect(classCapacities([object('2Gi', '1Gi'), object('-1', 'much'), object(undefined, null)])).toEqual([
    { storageClass: 'x', freeBytes: 2 * GIB, largestBytes: GIB },
    { storageClass: 'x', freeBytes: null, largestBytes: null },
    { storageClass: 'x', freeBytes: null, largestBytes: null },
  ]);
});
