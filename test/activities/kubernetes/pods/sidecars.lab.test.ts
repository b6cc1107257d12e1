/** Pods into which the cluster has put a container of its own, which goes on after ours has ended. */
import type { PluginPatience, PluginRequest } from '../../../../activities/interfaces';
import { type Container, JOBS, PODS } from '../../../../activities/kubernetes/api/kinds';
import { RESTRICTED_CONTAINER } from '../../../../activities/kubernetes/objects/restricted';
import type { FrozenVm } from '../../../../plan/frozen';
import { vmRef } from '../../../../plan/vm-ref';
import { eventually } from '../../../support/eventually';
import { dropNamespace, freshNamespace, useCluster } from '../../../support/lab';
import { jobOf, pluginCopy } from '../plugin-copy';
import { openTarget, type Target } from '../target';

/** Runs until it is told to end, as a proxy does. */
const PROXY: Container = {
  name: 'istio-proxy',
  image: 'lab.drover.dev/pause:1',
  ...RESTRICTED_CONTAINER,
};

let target: Target;
let vm: FrozenVm;
let request: PluginRequest & PluginPatience;

beforeAll(() => {
  target = openTarget();
});

beforeEach(async () => {
  const namespace = await freshNamespace(useCluster(), { restricted: true });
  const copy = pluginCopy(namespace);
  vm = copy.vm;
  request = { ...copy.request, deadlineSeconds: 150 };
});

afterEach(async () => {
  await target.run(target.activities.waits.stopCopy, request);
  await dropNamespace(useCluster(), request.vm.namespace);
});

afterAll(() => target.close());

/** The plugin's Job as a mesh's webhook leaves its Pod; the plugin itself only says how it ended. */
async function start(script: string): Promise<void> {
  const { job, spec } = jobOf(request, PROXY.image ?? '');
  const bare = { volumeMounts: [], volumeDevices: [], command: ['/bin/bash', '-c', script] };
  const plugins = spec.containers.map((container) => ({ ...container, ...bare }));
  spec.volumes = [];
  spec.containers = [PROXY, ...plugins];
  await target.admin.create(JOBS, job);
}

const awaitPlugin = () => target.run(target.activities.waits.awaitPlugin, request);
const podsOf = async () => (await target.admin.list(PODS, { namespace: vm.namespace })).items;

test('a plugin that has ended well has copied, while the proxy beside it goes on', async () => {
  await start('exit 0');
  expect(await awaitPlugin()).toMatchObject({ restarts: 0 });
  expect((await podsOf()).map(({ status }) => status?.phase)).toEqual(['Running']);
});

test('a plugin that has failed is told so at once, and another attempt finds no Pod of it', async () => {
  await start('exit 3');
  await expect(awaitPlugin()).rejects.toMatchObject({ type: 'CopyFailed' });
  await target.run(target.activities.waits.stopCopy, request);
  expect(await podsOf()).toEqual([]);
});

const goneSoon = () => eventually(async () => ((await podsOf()).length === 0 ? true : null));

test('what lingers of a copy is gone when the target is started, for it holds the volumes', async () => {
  await start('exit 0');
  await awaitPlugin();
  // There is none: what matters here is done before it is asked for.
  const starting = target.run(target.activities.main.startMachine, vmRef(vm));
  await expect(starting).rejects.toMatchObject({ type: 'TargetRefused' });
  await goneSoon();
});

test('what lingers of a copy is gone when the conversion is waited for', async () => {
  await start('exit 0');
  await awaitPlugin();
  const converting = target.run(target.activities.waits.awaitConversion, vmRef(vm), 1, 5);
  await expect(converting).rejects.toMatchObject({ type: 'ConversionNotStarted' });
  await goneSoon();
});
