/** Conversions whose Pods never run, or die on their way. */
import {
  type ApiObject,
  CONFIG_MAPS,
  JOBS,
  type Pod,
  PODS,
  SECRETS,
  SERVICE_ACCOUNTS,
  VOLUME_CLAIMS,
} from '../../../../activities/kubernetes/api/kinds';
import { conversionJob } from '../../../../activities/kubernetes/objects/conversion-job';
import { volumeClaim } from '../../../../activities/kubernetes/objects/volume-claim';
import { IMAGES, USE } from '../../../../plan/consent';
import type { FrozenVm } from '../../../../plan/frozen';
import { vmRef } from '../../../../plan/vm-ref';
import { eventually } from '../../../support/eventually';
import { frozenVm } from '../../../support/frozen-vm';
import { dropNamespace, freshNamespace, useCluster } from '../../../support/lab';
import { makeQuota } from '../../../support/quota';
import { readLog } from '../../../support/read-log';
import { openTarget, type Target } from '../target';

const FIRST = { attempt: 1, conversionId: 'v-1', resume: false };

let target: Target;
let vm: FrozenVm;

beforeAll(() => {
  target = openTarget();
});

beforeEach(async () => {
  vm = { ...frozenVm(), namespace: await freshNamespace(useCluster(), { restricted: true }) };
  if (vm.conversion !== null) vm.conversion = { ...vm.conversion, kvm: false };
  for (const disk of vm.disks) await target.admin.create(VOLUME_CLAIMS, volumeClaim(vmRef(vm), disk));
});

afterEach(async () => {
  await target.run(target.activities.waits.stopConversion, vmRef(vm));
  await dropNamespace(useCluster(), vm.namespace);
});

afterAll(() => target.close());

const start = (attempt = FIRST) => target.run(target.activities.main.startConversion, vm, attempt);
const end = (attempt: number, seconds: number) =>
  target.run(target.activities.waits.awaitConversion, vmRef(vm), attempt, seconds);

async function pods(): Promise<Pod[]> {
  return (await target.admin.list(PODS, { namespace: vm.namespace })).items;
}

const ref = ({ metadata }: ApiObject) => ({ name: metadata?.name ?? '', namespace: vm.namespace });

/** The first attempt, which takes its time over the guest; resolves once it is at it. */
async function startSlowly(): Promise<Pod> {
  if (vm.conversion === null) throw new Error('the VM is not to be converted');
  const job = conversionJob(vm, vm.conversion, FIRST);
  const [container] = job.spec?.template.spec?.containers ?? [];
  container?.env?.push({ name: 'LAB_CONVERT_SECONDS', value: '600' });
  await target.admin.create(JOBS, job);
  await start();
  return eventually(async () => {
    const [pod] = await pods();
    if (pod?.status?.phase !== 'Running') return null;
    const said = await readLog(target.admin, { ...ref(pod), container: 'convert' }, 10);
    return said.includes('Converting the guest') ? pod : null;
  });
}

test('a conversion runs as an account only where its owner says so, for this image', async () => {
  const account = { name: 'movers', namespace: vm.namespace };
  vm.serviceAccount = account.name;
  vm.nodeSelector = { 'kubernetes.io/hostname': 'nowhere' };
  await expect(start()).rejects.toMatchObject({ type: 'TargetRefused' });
  const metadata = { ...account, labels: { [USE]: 'hook' }, annotations: { [IMAGES]: 'lab.drover.dev/*' } };
  await target.admin.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  await expect(start()).rejects.toMatchObject({
    type: 'AccountNotConsented',
    message: expect.stringMatching(/label serviceaccount movers drover\.dev\/use=migration/) as string,
  });
  expect(await pods()).toEqual([]);
  const lent = { metadata: { labels: { [USE]: 'migration' } } };
  await target.admin.patch(SERVICE_ACCOUNTS, account, lent);
  await start();
  const [pod] = await eventually(async () => ((await pods()).length > 0 ? pods() : null));
  expect(pod?.spec).toMatchObject({ serviceAccountName: 'movers', automountServiceAccountToken: false });
});

test('a conversion whose Pod fits on no node was not begun, and says why', async () => {
  vm.nodeSelector = { 'kubernetes.io/hostname': 'nowhere' };
  await start();
  await expect(end(1, 8)).rejects.toMatchObject({
    type: 'ConversionNotStarted',
    message: expect.stringMatching(/within 8 s: Unschedulable: .*node affinity/) as string,
  });
  await target.run(target.activities.waits.stopConversion, vmRef(vm));
  expect(await pods()).toEqual([]);
});

test('a conversion whose image can not be had was not begun, and says why', async () => {
  if (vm.conversion !== null) vm.conversion = { ...vm.conversion, image: 'lab.drover.dev/nowhere:1' };
  await start();
  await expect(end(1, 10)).rejects.toMatchObject({
    type: 'ConversionNotStarted',
    message: expect.stringMatching(/(ErrImagePull|ImagePullBackOff)/) as string,
  });
  await target.run(target.activities.waits.stopConversion, vmRef(vm));
  expect(await pods()).toEqual([]);
});

test('a conversion that is kept from starting is given up at its start deadline, and says why until then', async () => {
  if (vm.conversion !== null) vm.conversion = { ...vm.conversion, image: 'lab.drover.dev/nowhere:1' };
  target.heard.length = 0;
  await start();
  const waiting = target.run(target.activities.waits.awaitConversion, vmRef(vm), 1, 600, 8);
  await expect(waiting).rejects.toMatchObject({
    type: 'ConversionNotStarted',
    message: expect.stringMatching(
      /did not begin: not within 8 s: (ErrImagePull|ImagePullBackOff)/,
    ) as string,
  });
  expect(target.heard.map(({ note }) => note ?? '').join()).toMatch(/ErrImagePull|ImagePullBackOff/);
});

test('a conversion that a quota keeps from having a Pod is given up at its start deadline', async () => {
  await makeQuota(useCluster(), vm.namespace, { 'limits.cpu': '1' });
  await start();
  const waiting = target.run(target.activities.waits.awaitConversion, vmRef(vm), 1, 600, 8);
  await expect(waiting).rejects.toMatchObject({
    type: 'ConversionNotStarted',
    message: expect.stringMatching(/no Pod could be made: .*exceeded quota: small/) as string,
  });
});

/** The Secret of the plan, which only its name says that it is in this namespace: nobody else uses it. */
async function makeKeys(values: Record<string, string>, more: Record<string, string> = {}): Promise<void> {
  if (vm.conversion === null) throw new Error('the VM is not to be converted');
  vm.conversion = { ...vm.conversion, keys: { secret: { namespace: vm.namespace, name: 'web-keys' } } };
  const annotations = { [IMAGES]: 'lab.drover.dev/conversion', ...more };
  const data = Object.entries(values).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  await target.admin.create(SECRETS, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'web-keys', namespace: vm.namespace, labels: { [USE]: 'guest-keys' }, annotations },
    data: Object.fromEntries(data) as Record<string, string>,
  });
}

const given = (attempt: number) =>
  target.admin.find(SECRETS, { name: `${vm.baseName}-keys-${attempt}`, namespace: vm.namespace });

test('passphrases are there for the conversion, as long as it runs, and nowhere in its objects', async () => {
  await makeKeys({ root: 'open sesame' });
  await start();
  expect((await given(1))?.data).toEqual({ root: Buffer.from('open sesame').toString('base64') });
  expect(await end(1, 150)).toMatchObject({ converted: true });
  expect(await given(1)).toBeNull();
  expect(
    JSON.stringify([await pods(), await target.admin.list(JOBS, { namespace: vm.namespace })]),
  ).not.toContain('sesame');
});

test('passphrases go with a conversion that is stopped, and the Secret of the plan stays', async () => {
  await makeKeys({ root: 'open sesame' });
  await start();
  await target.run(target.activities.waits.stopConversion, vmRef(vm));
  expect(await given(1)).toBeNull();
  const kept = await target.admin.find(SECRETS, { name: 'web-keys', namespace: vm.namespace });
  expect(kept).not.toBeNull();
});

test('passphrases that their owner does not lend to the image are given to nobody', async () => {
  await makeKeys({ root: 'open sesame' }, { [IMAGES]: 'registry.example.com/other' });
  await expect(start()).rejects.toMatchObject({ type: 'SecretNotConsented' });
  expect(await given(1)).toBeNull();
  expect(await pods()).toEqual([]);
});

test('scripts that their owner lends are there for the conversion, and others are given to nobody', async () => {
  if (vm.conversion === null) throw new Error('the VM is not to be converted');
  vm.conversion = { ...vm.conversion, scripts: { namespace: vm.namespace, name: 'web-scripts' } };
  const data = { '10_linux_run_proxy.sh': 'echo' };
  const at = { name: 'web-scripts', namespace: vm.namespace };
  const scripts = () =>
    target.admin.find(CONFIG_MAPS, { name: `${vm.baseName}-scripts-1`, namespace: vm.namespace });
  await target.admin.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: at, data });
  await expect(start()).rejects.toMatchObject({ type: 'SecretNotConsented' });
  expect(await scripts()).toBeNull();

  const annotations = { [IMAGES]: 'lab.drover.dev/conversion' };
  await target.admin.patch(CONFIG_MAPS, at, {
    metadata: { labels: { [USE]: 'guest-scripts' }, annotations },
  });
  await start();
  expect((await scripts())?.data).toEqual(data);
  expect(await end(1, 150)).toMatchObject({ converted: true });
  const [pod] = await pods();
  const said = await readLog(target.admin, { ...ref(pod!), container: 'convert' }, 100);
  expect(said).toContain('run: /etc/drover-scripts/10_linux_run_proxy.sh');
});

test('one that does not end in time has failed, not been lost', async () => {
  await startSlowly();
  await expect(end(1, 1)).rejects.toMatchObject({ type: 'ConversionFailed' });
});

test('a conversion whose Pod is deleted on its way is lost, and the next attempt converts the guest', async () => {
  const pod = await startSlowly();
  const lost = expect(end(1, 150)).rejects.toMatchObject({ type: 'ConversionLost' });
  await target.admin.delete(PODS, ref(pod));
  await lost;
  await target.run(target.activities.waits.stopConversion, vmRef(vm));
  expect(await pods()).toEqual([]);

  await start({ ...FIRST, attempt: 2, resume: true });
  expect(await end(2, 150)).toMatchObject({ converted: true });
});
