/** Hooks as Jobs of a real cluster: what they find, what they say, how they fail, and that nothing of them is left. */
import type { HookReport, HookRequest } from '../../../../activities/interfaces';
import {
  type ApiObject,
  CONFIG_MAPS,
  JOBS,
  type Kind,
  PODS,
  SERVICE_ACCOUNTS,
} from '../../../../activities/kubernetes/api/kinds';
import { ownedBy } from '../../../../activities/kubernetes/api/ownership';
import { labImage } from '../../../../lab/lab-images';
import { IMAGES, USE } from '../../../../plan/consent';
import type { FrozenHook, FrozenVm } from '../../../../plan/frozen';
import { vmRef } from '../../../../plan/vm-ref';
import { eventually } from '../../../support/eventually';
import { frozenVm } from '../../../support/frozen-vm';
import { dropNamespace, freshNamespace, useCluster, useLab } from '../../../support/lab';
import { openTarget, type Target } from '../target';

let target: Target;
let namespace: string;

beforeAll(() => {
  target = openTarget();
});

beforeEach(async () => {
  namespace = await freshNamespace(useCluster(), { restricted: true });
});

afterEach(() => dropNamespace(useCluster(), namespace));
afterAll(() => target.close());

/** The lab's hook-runner runs a script as its playbook. */
function vmWith(script: string, more: Partial<FrozenHook> = {}): FrozenVm {
  const hook: FrozenHook = {
    step: 'PreHook',
    namespace: 'mtv',
    name: 'backup',
    image: labImage(useLab().registry, 'hook'),
    playbook: Buffer.from(script).toString('base64'),
    deadlineSeconds: 150,
    attempts: 1,
    ...more,
  };
  return { ...frozenVm(), namespace, hooks: [hook] };
}

const start = (vm: FrozenVm, more: Partial<HookRequest> = {}) =>
  target.run(target.activities.main.startHook, { vm, step: 'PreHook', attempt: 1, results: {}, ...more });

const wait = (vm: FrozenVm, deadlineSeconds = 150) =>
  target.run(target.activities.waits.awaitHook, {
    vm: vmRef(vm),
    step: 'PreHook',
    name: 'backup',
    attempt: 1,
    deadlineSeconds,
  });

const stop = (vm: FrozenVm) => target.run(target.activities.main.stopHook, vmRef(vm));

async function run(vm: FrozenVm, more: Partial<HookRequest> = {}): Promise<HookReport> {
  await start(vm, more);
  return wait(vm);
}

/** What its Pod has printed so far; nothing while there is none that runs. */
async function said(vm: FrozenVm): Promise<string> {
  const where = { namespace, labelSelector: ownedBy(vmRef(vm)) };
  const [pod] = (await target.admin.list(PODS, where)).items;
  if (pod?.status?.phase !== 'Running') return '';
  const ref = { name: pod.metadata?.name ?? '', namespace, container: 'hook' };
  const chunks: Buffer[] = [];
  for await (const chunk of await target.admin.openLog(ref, {})) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function left(vm: FrozenVm): Promise<number> {
  const where = { namespace, labelSelector: ownedBy(vmRef(vm)) };
  const kinds: Kind<ApiObject>[] = [JOBS, PODS, CONFIG_MAPS];
  const lists = kinds.map(async (kind) => (await target.admin.list(kind, where)).items);
  return (await Promise.all(lists)).flat().length;
}

test('a hook finds its files, and says what later hooks hear; then it is removed without a trace', async () => {
  const vm = vmWith(
    [
      'grep said: /tmp/hook/workload.yml',
      'cat /tmp/hook/plan.yml',
      String.raw`printf 'red \033[31m'`,
      `printf '{"snapshot": "s-1"}' > /dev/termination-log`,
    ].join('\n'),
  );
  const report = await run(vm, { results: { BeforeCutover: { said: 'flushed' } } });
  expect(report).toMatchObject({ results: { snapshot: 's-1' }, warning: null });
  expect(report.log.join('\n')).toContain('said: flushed');
  expect(report.log).toContain(`targetnamespace: ${namespace}`);
  expect(report.log.at(-1)).toBe('red');
  await stop(vm);
  expect(await left(vm)).toBe(0);
});

test('without a playbook the image does what it does by itself', async () => {
  const vm = vmWith('');
  for (const hook of vm.hooks ?? []) delete hook.playbook;
  const report = await run(vm);
  expect(report.log).toContain('step: PreHook');
});

test('one that fails says why, with its log; one that says no results is warned of', async () => {
  await expect(run(vmWith('echo no room >&2\nexit 3'))).rejects.toMatchObject({
    type: 'HookFailed',
    message: 'hook backup (PreHook) failed: exit code 3; its last words: no room',
    details: [{ log: ['no room'], results: {} }],
  });
  const wordy = vmWith(`printf 'all is well' > /dev/termination-log`);
  expect(await run(wordy)).toMatchObject({
    results: {},
    warning: expect.stringContaining('no JSON') as string,
  });
});

test('one that does not end is given up with what it has said, and ended', async () => {
  const vm = vmWith("trap 'exit 1' TERM\necho waiting\nsleep 600 & wait");
  await start(vm);
  await eventually(async () => ((await said(vm)).includes('waiting') ? true : null));
  await expect(wait(vm, 1)).rejects.toMatchObject({
    type: 'HookFailed',
    message: 'hook backup (PreHook) did not end within 1 s',
    details: [{ log: ['waiting'] }],
  });
  await stop(vm);
  expect(await left(vm)).toBe(0);
});

test('it runs as an account only where the owner says so, for this image', async () => {
  const vm = vmWith('exit 0', { serviceAccount: 'ops' });
  await expect(start(vm)).rejects.toMatchObject({ type: 'TargetRefused' });
  const metadata = { name: 'ops', namespace, labels: { [USE]: 'hook' } };
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata };
  await target.admin.create(SERVICE_ACCOUNTS, account);
  await expect(start(vm)).rejects.toMatchObject({
    type: 'AccountNotConsented',
    message: expect.stringMatching(/annotate serviceaccount ops drover\.dev\/images=/) as string,
  });
  expect(await left(vm)).toBe(0);
  const annotations = { [IMAGES]: `${useLab().registry}/*` };
  await target.admin.patch(SERVICE_ACCOUNTS, { name: 'ops', namespace }, { metadata: { annotations } });
  expect(await run(vm)).toMatchObject({ results: {} });
});
