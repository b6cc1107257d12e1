/** Plugins of the test's own, which say what the test wants and end as it wants. */
import type { CopyLogPage, PluginPatience, PluginRequest } from '../../../../activities/interfaces';
import { JOBS, type Pod, PODS, SECRETS } from '../../../../activities/kubernetes/api/kinds';
import { loginSecret } from '../../../../activities/kubernetes/objects/login-secret';
import { eventually } from '../../../support/eventually';
import { dropNamespace, freshNamespace, useCluster } from '../../../support/lab';
import { jobOf, pluginCopy } from '../plugin-copy';
import { openTarget, type Target } from '../target';

const LOGIN = { user: 'administrator@vsphere.local', password: 'open sesame' };

let target: Target;
let request: PluginRequest & PluginPatience;

beforeAll(() => {
  target = openTarget();
});

beforeEach(async () => {
  const namespace = await freshNamespace(useCluster(), { restricted: true });
  request = { ...pluginCopy(namespace).request, deadlineSeconds: 150 };
});

afterEach(async () => {
  await target.run(target.activities.waits.stopCopy, request);
  await dropNamespace(useCluster(), request.vm.namespace);
});

afterAll(() => target.close());

/** A plugin that has its login, but no volume. */
async function start(script: string): Promise<void> {
  await target.admin.create(SECRETS, loginSecret(request, LOGIN));
  const { job, spec } = jobOf(request, 'lab.drover.dev/pause:1');
  const login = ({ name }: { name: string }) => name === 'login';
  spec.containers = spec.containers.map((container) => ({
    ...container,
    command: ['/bin/bash', '-c', script],
    volumeDevices: [],
    volumeMounts: container.volumeMounts?.filter(login),
  }));
  spec.volumes = spec.volumes?.filter(login);
  await target.admin.create(JOBS, job);
}

const LEAKS = 'echo "password: $(cat /etc/secret/secretKey)"; echo "user: $(cat /etc/secret/accessKeyId)"';

/** How the wait for the plugin fails. */
async function failed(): Promise<{ type: string; message: string; details: { log: string[] }[] }> {
  return target.run(target.activities.waits.awaitPlugin, request).then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => error as never,
  );
}

test('of an attempt that failed the end of its log is kept, in bounded size and without its login', async () => {
  const long = `head -c 10000000 /dev/zero | tr '\\0' x; echo`;
  const many = 'for i in $(seq 300); do echo "line $i"; done';
  const end = `echo '{"error":{"message":"refused open sesame"}}' > /dev/termination-log`;
  await start(`${long}; ${many}; ${LEAKS}; ${end}; exit 1`);
  const { type, message, details } = await failed();
  expect({ type, message }).toEqual({ type: 'CopyFailed', message: 'the plugin failed: refused ***' });
  const [evidence] = details;
  expect(evidence).toMatchObject({ image: expect.stringContaining('@sha256:') as string, bytes: null });
  expect(evidence?.log).toHaveLength(200);
  expect(evidence?.log.slice(-3)).toEqual(['line 300', 'password: ***', 'user: ***']);
  expect(Buffer.byteLength(JSON.stringify(details))).toBeLessThan(80 * 1024);
});

test('a Pod that was taken away leaves its log, and says who took it', async () => {
  await start(`trap 'echo stopping; exit 3' TERM; echo begun; while true; do sleep 0.1; done`);
  const failing = failed();
  const pod = await eventually<Pod>(async () => {
    const [found] = (await target.admin.list(PODS, { namespace: request.vm.namespace })).items;
    return found?.status?.phase === 'Running' ? found : null;
  });
  await eventually(async () => ((await live(null)).lines.length > 0 ? true : null));
  await target.admin.delete(PODS, {
    name: pod.metadata?.name ?? '',
    namespace: request.vm.namespace,
  });
  const { details } = await failing;
  expect(details[0]?.log).toEqual(['begun', 'stopping']);
});

const live = (after: string | null): Promise<CopyLogPage> =>
  target.run(target.activities.main.readCopyLog, { ...request, attempt: null, lines: 5_000, after });

test('a plugin at work is read from where the last reading ended, no line twice', async () => {
  expect(await live(null)).toMatchObject({ attempt: null, note: 'it has no Pod at this moment' });
  await start(`trap 'exit 3' TERM; ${LEAKS}; for i in $(seq 5000); do echo "line $i"; sleep 0.01; done`);
  const said: string[] = [];
  let after: string | null = null;
  while (said.length < 300) {
    const page: CopyLogPage = await live(after);
    said.push(...page.lines);
    after = page.next;
  }
  expect(said.slice(0, 2)).toEqual(['password: ***', 'user: ***']);
  expect(said.slice(2)).toEqual(said.slice(2).map((_, index) => `line ${index + 1}`));
});
