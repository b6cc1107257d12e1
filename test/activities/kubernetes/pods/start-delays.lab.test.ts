/** Plugin Pods that are kept from starting: the cluster's own reasons, told within seconds. */
import type { PluginPatience, PluginRequest } from '../../../../activities/interfaces';
import { JOBS, type PodSpec } from '../../../../activities/kubernetes/api/kinds';
import { dropNamespace, freshNamespace, useCluster } from '../../../support/lab';
import { makeQuota } from '../../../support/quota';
import { jobOf, pluginCopy } from '../plugin-copy';
import { openTarget, type Target } from '../target';

const PAUSE = 'lab.drover.dev/pause:1';
const NOTHING_MOUNTED = { volumeMounts: [], volumeDevices: [] };

let target: Target;
let request: PluginRequest & PluginPatience;

beforeAll(() => {
  target = openTarget();
});

beforeEach(async () => {
  const namespace = await freshNamespace(useCluster(), { restricted: true });
  const patience = { deadlineSeconds: 150, startDeadlineSeconds: 12 };
  request = { ...pluginCopy(namespace).request, ...patience };
});

afterEach(async () => {
  await target.run(target.activities.waits.stopCopy, request);
  await dropNamespace(useCluster(), request.vm.namespace);
});

afterAll(() => target.close());

/** The plugin's Job, with something about its Pod that keeps it from starting. */
async function start(image: string, change: (spec: PodSpec) => Partial<PodSpec>): Promise<void> {
  const { job, spec } = jobOf(request, image);
  Object.assign(spec, change(spec));
  await target.admin.create(JOBS, job);
}

const unmounted = ({ containers }: PodSpec): Partial<PodSpec> => ({
  containers: containers.map((container) => ({ ...container, ...NOTHING_MOUNTED })),
  volumes: [],
});

async function fails(type: string, message: RegExp): Promise<void> {
  target.heard.length = 0;
  await expect(target.run(target.activities.waits.awaitPlugin, request)).rejects.toMatchObject({
    type,
    message: expect.stringMatching(message) as string,
  });
}

const notes = () => target.heard.map(({ note }) => note ?? '').join('\n');

test('an image that is not there', async () => {
  await start('lab.drover.dev/nowhere:1', unmounted);
  await fails('CopyNotStarted', /did not start within 12 s: (ErrImagePull|ImagePullBackOff): /);
  expect(notes()).toMatch(/ErrImagePull|ImagePullBackOff/);
});

test('a volume that can not be mounted, which only events tell', async () => {
  const login = ({ name }: { name: string }) => name === 'login';
  await start(PAUSE, ({ containers, volumes = [] }) => ({
    containers: containers.map((container) => ({
      ...container,
      volumeDevices: [],
      volumeMounts: container.volumeMounts?.filter(login),
    })),
    volumes: volumes.filter(login),
  }));
  await fails('CopyNotStarted', /FailedMount: /);
  expect(notes()).toContain('FailedMount: ');
});

test('no node that would take it', async () => {
  await start(PAUSE, (spec) => ({
    ...unmounted(spec),
    nodeSelector: { 'kubernetes.io/hostname': 'nowhere' },
  }));
  await fails('CopyNotStarted', /Unschedulable: /);
});

test('a quota that lets no Pod be made at all', async () => {
  await makeQuota(useCluster(), request.vm.namespace, { pods: '0' });
  await start(PAUSE, unmounted);
  await fails('QuotaExceeded', /no Pod could be made: .*exceeded quota: small/);
});

test('a Pod that the security standard of its namespace forbids', async () => {
  await start(PAUSE, (spec) => ({ ...unmounted(spec), hostNetwork: true }));
  await fails('CopyNotStarted', /no Pod could be made: .*PodSecurity/);
});
