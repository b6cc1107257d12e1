/** A target whose rules forbid a Pod of the migration is found out while the source still runs. */
import { CoreV1Api } from '@kubernetes/client-node';
import { loadCluster } from '../../lab/apply';
import { makeLimitRange, makeQuota } from '../support/quota';
import { injectSidecars } from '../support/webhooks';
import { plan, planFile, TARGET_NAMESPACE, vm } from './site';
import { LAB_TIMEOUT_MS, Stage } from './stage';

/** What a namespace has by itself, and this test's own. */
const RULES = /^(configmaps\/kube-root-ca.crt|serviceaccounts|resourcequotas|limitranges)/;

let stage: Stage;
let core: CoreV1Api;

beforeAll(async () => {
  stage = await Stage.open([vm('limited', ['block', 'array']), vm('meshed', ['array'])]);
  core = loadCluster(stage.whole.lab.state.kubeconfig).makeApiClient(CoreV1Api);
}, LAB_TIMEOUT_MS);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

test('quota and LimitRange are said by the check of the plan, and park the VM in its own, source running, nothing made; mended, it migrates', async () => {
  const { source, whole } = stage;
  const cluster = loadCluster(whole.lab.state.kubeconfig);
  await makeQuota(cluster, TARGET_NAMESPACE, { 'limits.cpu': '2', 'limits.memory': '32Gi' });
  await makeLimitRange(cluster, TARGET_NAMESPACE, [{ type: 'Container', max: { memory: '2Gi' } }]);

  const manifests = plan(whole.lab.state, ['limited']);
  const checked = await whole.run('plan', 'check', '-f', planFile(whole.lab.state, manifests));
  expect(checked.code).toBe(2);
  expect(checked.stderr).toMatch(
    /podResources\.conversion: VM "limited": the cluster would not admit the conversion's Pod .*maximum memory usage per Container is 2Gi/,
  );
  const { wave, vm: named } = await stage.start(manifests);
  const started = named('limited');
  const parkedAs = async (kind: string) => {
    const state = await stage.parked(started);
    expect(state).toMatchObject({ phase: 'check', attention: { failure: { kind } } });
    expect((await source.power(started.moref)).state).toBe('poweredOn');
    expect(stage.made().filter((object) => !RULES.test(object))).toEqual([]);
  };

  await parkedAs('PodRefused');
  await core.deleteNamespacedLimitRange({ namespace: TARGET_NAMESPACE, name: 'bounds' });
  await whole.run('retry', 'limited', '--why', 'there is no maximum any more');
  await stage.until(started, 'checked again', ({ attention }) => attention?.failure.kind === 'QuotaExceeded');
  await parkedAs('QuotaExceeded');
  await core.deleteNamespacedResourceQuota({ namespace: TARGET_NAMESPACE, name: 'small' });
  // What KubeVirt gives its own Pods where limits are asked for, it alone knows.
  await makeQuota(cluster, TARGET_NAMESPACE, { 'requests.cpu': '8', 'requests.memory': '32Gi' });
  await whole.run('retry', 'limited', '--why', 'there is room now');

  expect((await wave.result()).succeeded).toBe(true);
});

test('containers that the cluster puts beside those of plugins and conversions, and that never end, keep nothing from its end', async () => {
  // The mesh's proxies ask for nothing, which a quota would not admit.
  await core.deleteCollectionNamespacedResourceQuota({ namespace: TARGET_NAMESPACE });
  const meshed = { namespace: TARGET_NAMESPACE, label: 'drover.dev/step', values: ['copy', 'convert'] };
  const takeAway = await injectSidecars(stage.admin, meshed);
  try {
    const { wave, vm: named } = await stage.start(plan(stage.whole.lab.state, ['meshed']));
    await stage.succeeded(wave);
    const result = await stage.result(named('meshed'));
    expect(result).toMatchObject({ outcome: 'succeeded', conversion: { converted: true } });
    expect((await stage.contents()).filter((object) => object.startsWith('jobs/'))).toEqual([]);
  } finally {
    await takeAway();
  }
});
