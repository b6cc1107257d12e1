/** Plugin Pods that no kubelet speaks for: what is not proven to have ended is never taken for gone. */
import { CoreV1Api } from '@kubernetes/client-node';
import type { PluginRequest } from '../../../../activities/interfaces';
import { JOBS, type Pod, PODS } from '../../../../activities/kubernetes/api/kinds';
import { PROOF_OF_END } from '../../../../activities/kubernetes/api/ownership';
import { eventually } from '../../../support/eventually';
import { dropNamespace, freshNamespace, useCluster } from '../../../support/lab';
import { jobOf, pluginCopy } from '../plugin-copy';
import { openTarget, type Target } from '../target';

const NOWHERE = 'vanished-node';
const DEADLINE_SECONDS = 30;

let target: Target;
let request: PluginRequest;

beforeAll(() => {
  target = openTarget();
});

beforeEach(async () => {
  request = pluginCopy(await freshNamespace(useCluster())).request;
});

afterEach(async () => {
  for (const pod of await pods()) await letGo(pod);
  await dropNamespace(useCluster(), request.vm.namespace);
});

afterAll(() => target.close());

/** The plugin's Job as an activity makes it, and the Pod that the Job controller makes of it. */
async function startAt(place: { nodeName: string } | { nodeSelector: Record<string, string> }): Promise<Pod> {
  const { job, spec } = jobOf(request, 'lab.drover.dev/offload-plugin:1');
  Object.assign(spec, place);
  await target.admin.create(JOBS, job);
  return eventually(async () => (await pods())[0]);
}

async function pods(): Promise<Pod[]> {
  return (await target.admin.list(PODS, { namespace: request.vm.namespace })).items;
}

/** The verdict of the cluster's Pod garbage collector on a Pod whose node object is gone: no kubelet has a say in it. */
async function collect(pod: Pod): Promise<void> {
  const core = useCluster().makeApiClient(CoreV1Api);
  const ref = { name: pod.metadata?.name ?? '', namespace: request.vm.namespace };
  const verdict = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC' };
  const live = await core.readNamespacedPodStatus(ref);
  const status = {
    ...live.status,
    phase: 'Failed',
    conditions: [...(live.status?.conditions ?? []), verdict],
  };
  await core.replaceNamespacedPodStatus({ ...ref, body: { ...live, status } });
  await core.deleteNamespacedPod({ ...ref, gracePeriodSeconds: 0 });
}

/** What an operator does who has made sure that the Pod runs no more. */
async function letGo({ metadata }: Pod): Promise<void> {
  const ref = { name: metadata?.name ?? '', namespace: request.vm.namespace };
  await target.admin.patch(PODS, ref, { metadata: { finalizers: null } });
}

test('a plugin whose node vanished is lost, and nothing takes its Pod for gone until an operator does', async () => {
  const { waits } = target.activities;
  const pod = await startAt({ nodeName: NOWHERE });
  const waiting = target.run(waits.awaitPlugin, { ...request, deadlineSeconds: DEADLINE_SECONDS });
  const lost = expect(waiting).rejects.toMatchObject({
    type: 'CopierLost',
    message: `node ${NOWHERE} does not report the end of Pod ${pod.metadata?.name}`,
  });
  await collect(pod);
  await lost;

  await expect(target.run(waits.stopCopy, request)).rejects.toMatchObject({ type: 'CopierLost' });
  const [kept] = await pods();
  expect(kept?.metadata?.finalizers).toContain(PROOF_OF_END);
  expect(kept?.metadata?.deletionTimestamp).toBeDefined();

  if (kept !== undefined) await letGo(kept);
  await target.run(waits.stopCopy, request);
  expect(await pods()).toEqual([]);
});

test('a plugin that never had a node is gone as soon as it is deleted, and its Pod is let go', async () => {
  await startAt({ nodeSelector: { 'kubernetes.io/hostname': NOWHERE } });
  await target.run(target.activities.waits.stopCopy, request);
  expect(await pods()).toEqual([]);
  expect((await target.admin.list(JOBS, { namespace: request.vm.namespace })).items).toEqual([]);
});
