import type { FrozenVm } from '../../../../plan/frozen';
import { vmRef } from '../../../../plan/vm-ref';
import { type Job, JOBS, PODS } from '../../../../activities/kubernetes/api/kinds';
import { probeJob } from '../../../../activities/kubernetes/objects/probe-job';
import { ownedBy } from '../../../../activities/kubernetes/api/ownership';
import { eventually } from '../../../support/eventually';
import { frozenVm } from '../../../support/frozen-vm';
import { dropNamespace, freshNamespace, useCluster } from '../../../support/lab';
import { openTarget, type Target } from '../target';

/** Of the lab's conversion image. */
const ABILITIES = { virtioWin: false, converter: 'virt-v2v-in-place 2.2.0' };

/** Keeps an object that is being removed. */
const HELD = 'test.drover.dev/held';

let target: Target;
let vm: FrozenVm;

beforeAll(() => {
  target = openTarget();
});

beforeEach(async () => {
  vm = { ...frozenVm(), namespace: await freshNamespace(useCluster(), { restricted: true }) };
});

afterEach(() => dropNamespace(useCluster(), vm.namespace));
afterAll(() => target.close());

const probe = (seconds = 150) => target.run(target.activities.waits.probeConverter, vm, seconds);

async function left(): Promise<(string | undefined)[]> {
  const where = { namespace: vm.namespace, labelSelector: ownedBy(vmRef(vm)) };
  const { items: jobs } = await target.admin.list(JOBS, where);
  const { items: pods } = await target.admin.list(PODS, where);
  return [...jobs, ...pods].map(({ metadata }) => metadata?.name);
}

/** The Job as a worker left it that died. */
async function makeJob(change: Partial<Job['spec']> = {}, finalizers: string[] = []): Promise<string> {
  if (vm.conversion === null) throw new Error('the VM is not to be converted');
  const job = probeJob(vm, vm.conversion);
  Object.assign(job.spec ?? {}, change);
  const { metadata } = await target.admin.create(JOBS, {
    ...job,
    metadata: { ...job.metadata, finalizers },
  });
  return metadata?.name ?? '';
}

test('the conversion image says what it can do, and nothing of the question is left', async () => {
  expect(await probe()).toMatchObject(ABILITIES);
  expect(await left()).toEqual([]);
});

test('two that ask at once, as after a worker that seemed dead, both hear it', async () => {
  expect(await Promise.all([probe(), probe()])).toMatchObject([ABILITIES, ABILITIES]);
  expect(await left()).toEqual([]);
});

test('a Job that a dead worker left answers whoever asks next', async () => {
  await makeJob();
  expect(await probe()).toMatchObject(ABILITIES);
  expect(await left()).toEqual([]);
});

test('a Job that is still being removed is no one to ask: another one is made', async () => {
  const ref = { name: await makeJob({ suspend: true }, [HELD]), namespace: vm.namespace };
  await target.admin.delete(JOBS, ref);
  target.heard.length = 0;
  const asking = probe();
  await eventually(async () => Promise.resolve(target.heard.at(0)));
  await target.admin.patch(JOBS, ref, { metadata: { finalizers: null } });
  expect(await asking).toMatchObject(ABILITIES);
  expect(await left()).toEqual([]);
});

test('an image that can not be had gives no answer, and the failure says why', async () => {
  if (vm.conversion !== null) vm.conversion = { ...vm.conversion, image: 'lab.drover.dev/nowhere:1' };
  const began = Date.now();
  await expect(probe(10)).rejects.toMatchObject({
    type: 'ConversionFailed',
    message: expect.stringMatching(/lab\.drover\.dev\/nowhere:1.*(ErrImagePull|ImagePullBackOff)/) as string,
  });
  expect(Date.now() - began).toBeLessThan(60_000);
  expect(await left()).toEqual([]);
});

test('a Pod that fits on no node gives no answer, and the failure says why', async () => {
  vm.nodeSelector = { 'kubernetes.io/hostname': 'nowhere' };
  await expect(probe(8)).rejects.toMatchObject({
    type: 'ConversionFailed',
    message: expect.stringContaining('Unschedulable') as string,
  });
  expect(await left()).toEqual([]);
});
