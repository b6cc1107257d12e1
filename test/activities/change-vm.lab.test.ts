/** What an operator wants changed of a parked VM, asked of a real API server, a real registry and a simulated vCenter. */
import { type ApiObject, JOBS, type Kind, PODS, VOLUME_CLAIMS } from '../../activities/kubernetes/api/kinds';
import type { ChangedVm } from '../../activities/interfaces';
import type { Changes } from '../../plan/changes/keys';
import type { FrozenVm } from '../../plan/frozen';
import { formatProblem } from '../../plan/problem';
import { dropNamespace, freshNamespace, useCluster } from '../support/lab';
import { makeLimitRange } from '../support/quota';
import { exampleManifests, openTarget, type Target } from './kubernetes/target';

let target: Target;
let vm: FrozenVm;
/** By plugin. */
let disk: number;

beforeAll(() => {
  target = openTarget();
});

beforeEach(async () => {
  const namespace = await freshNamespace(useCluster(), { restricted: true });
  const manifests = exampleManifests('plan.yaml', namespace);
  const { vms } = await target.run(target.activities.main.resolvePlan, { manifests, offset: 0 });
  const frozen = vms.find(({ disks }) => disks.some(({ method }) => method.kind === 'plugin'));
  if (frozen === undefined) throw new Error('no VM of the plan has a disk that goes by a plugin');
  disk = frozen.disks.find(({ method }) => method.kind === 'plugin')!.index;
  vm = frozen;
});

afterEach(() => dropNamespace(useCluster(), vm.namespace));
afterAll(() => target.close());

const change = (changes: Changes): Promise<ChangedVm> =>
  target.run(target.activities.main.changeVm, { vm, changes });

const problemsOf = async (changes: Changes) => (await change(changes)).problems.map(formatProblem);

test('what is right comes back as a frozen VM, and nothing was made', async () => {
  const changed = await change({
    [`disk.${disk}.storageClass`]: 'fast-files',
    [`disk.${disk}.fallback`]: 'import',
  });
  expect(changed.problems).toEqual([]);
  expect(changed.vm?.disks[disk]).toMatchObject({
    storageClass: 'fast-files',
    volumeMode: 'Filesystem',
    method: { kind: 'import' },
  });
  expect(changed.kept).toContainEqual({ key: `disk.${disk}.fallback`, before: 'none', after: 'import' });
  const kinds: Kind<ApiObject>[] = [VOLUME_CLAIMS, JOBS, PODS];
  for (const kind of kinds)
    expect((await target.admin.list(kind, { namespace: vm.namespace })).items).toEqual([]);
});

test('a claim that the namespace would not admit in the other class is refused in its own words', async () => {
  await makeLimitRange(useCluster(), vm.namespace, [
    { type: 'PersistentVolumeClaim', max: { storage: '4Mi' } },
  ]);
  expect(await problemsOf({ [`disk.${disk}.storageClass`]: 'fast-block' })).toContainEqual(
    expect.stringMatching(/would not make a claim of .* class fast-block: .*maximum storage usage/),
  );
});

test('an image that its registry has not, and a class that the target has not, are refused together', async () => {
  const { method } = vm.disks[disk]!;
  const image = method.kind === 'plugin' ? method.image.replace(/:[^:/]*$/, ':of-another-day') : '';
  const problems = await problemsOf({
    [`disk.${disk}.image`]: image,
    'disk.0.storageClass': 'nowhere',
    copyDeadline: 'soon',
  });
  expect(problems).toEqual([
    expect.stringMatching(/^copyDeadline: is "soon"; /),
    expect.stringMatching(/has no image/),
    expect.stringMatching(/no storage class "nowhere"/),
  ]);
});
