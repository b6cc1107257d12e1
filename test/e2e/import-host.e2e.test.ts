/** Hosts beside a vCenter: importers read the disks of a VM at the ESXi host that it is on, by that host's own login. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CoreV1Api } from '@kubernetes/client-node';
import type { Manifests } from '../../activities/interfaces';
import { SECRETS } from '../../activities/kubernetes/api/kinds';
import { loadCluster } from '../../lab/apply';
import { DEMO_INVENTORY } from '../../lab/demo-inventory';
import { buildProgram } from '../../lab/own-program';
import { startVcenter, type VcenterHandle } from '../../lab/vcenter';
import { verifyVm } from '../../lab/verify';
import type { VmSpec } from '../../lab/vcenter-spec';
import { IMAGES, SERVERS, TARGET_NAMESPACES, USE } from '../../plan/consent';
import { formatJudged } from '../../plan/problem';
import type { VmResult } from '../../workflows/temporal-api';
import { inventory, plan, TARGET_NAMESPACE, vm } from './site';
import { LAB_TIMEOUT_MS, Stage } from './stage';

const NAMESPACE = 'openshift-mtv';
const [ESX, OTHER] = DEMO_INVENTORY.hosts as [string, string];

const WRONG_THUMBPRINT = Array<string>(20).fill('AA').join(':');
/** A port that nobody may listen at. */
const CLOSED = '127.0.0.1:1';

const DIRECT = vm('direct', ['block', 'files', 'array'], { host: ESX });
const BESIDE = vm('beside', ['block'], { host: OTHER });

let stage: Stage;
/** The ESXi host itself: its disks hold other bytes than the vCenter's, so that each target says where it was read. */
let esx: VcenterHandle;

beforeAll(async () => {
  stage = await Stage.open([DIRECT, BESIDE]);
  const otherBytes = (spec: VmSpec): VmSpec => ({
    ...spec,
    disks: spec.disks.map((disk, place) => ({ ...disk, seed: `at the host ${place}` })),
  });
  const { networks, ...spec } = inventory([otherBytes(DIRECT)]);
  esx = await startVcenter({
    dir: join(stage.whole.lab.state.dir, 'esx'),
    binary: await buildProgram('vcsim', () => undefined),
    spec: {
      ...spec,
      networks: networks.filter(({ distributed }) => !distributed),
      hosts: [ESX],
      esxi: { managedBy: '192.0.2.1' },
    },
  });
  await secret('esx-login');
}, LAB_TIMEOUT_MS);

afterAll(async () => {
  await esx.stop();
  await stage.close();
}, LAB_TIMEOUT_MS);

const server = () => new URL(esx.url).host;

/** As its owner lends it, and otherwise as said. */
async function secret(name: string, data: object = {}, annotations: object = {}): Promise<void> {
  const lent = { [SERVERS]: server(), [TARGET_NAMESPACES]: TARGET_NAMESPACE, [IMAGES]: '*' };
  await stage.admin.create(SECRETS, {
    apiVersion: SECRETS.apiVersion,
    kind: SECRETS.kind,
    metadata: {
      name,
      namespace: NAMESPACE,
      labels: { [USE]: 'provider' },
      annotations: { ...lent, ...annotations },
    },
    stringData: {
      user: esx.username,
      password: esx.password,
      'ca.crt': readFileSync(esx.caFile, 'utf8'),
      ...data,
    },
  });
}

/** What a Host says of a Secret that is lent or filled otherwise, at the host's address or another one. */
async function lend(
  name: string,
  data: object = {},
  annotations: object = {},
  ipAddress = server(),
): Promise<object> {
  await secret(name, data, annotations);
  return { ipAddress, secret: { name } };
}

function host(spec: object = {}): Record<string, unknown> {
  return {
    apiVersion: 'forklift.konveyor.io/v1beta1',
    kind: 'Host',
    metadata: { name: 'esx', namespace: NAMESPACE },
    spec: {
      name: ESX,
      ipAddress: server(),
      provider: { name: 'vcenter' },
      secret: { name: 'esx-login' },
      ...spec,
    },
  };
}

function manifests(vms: string[], spec: object = {}): Manifests {
  return [...plan(stage.whole.lab.state, vms, { skipConversion: true }), host(spec)];
}

/** By disk: whether the target has what the vCenter has, and what the host has. */
async function readAt(result: VmResult): Promise<{ vcenter: boolean[]; host: boolean[] }> {
  const { state } = stage.whole.lab;
  const core = loadCluster(state.kubeconfig).makeApiClient(CoreV1Api);
  const equal = async (vcenter: typeof state.vcenter) =>
    (await verifyVm({ ...state, vcenter }, core, result)).map((verdict) => verdict.equal);
  return {
    vcenter: await equal(state.vcenter),
    host:
      result.vm.name === DIRECT.name
        ? await equal({ ...state.vcenter, datastoresDir: esx.datastoresDir })
        : [],
  };
}

/** What the plan's check says of its Host, and of nothing else. */
async function said(spec: object): Promise<string[]> {
  const { problems } = await stage.whole.drover.checkPlan(manifests(['direct'], spec));
  return problems.filter(({ location }) => location.manifest === `Host/${NAMESPACE}/esx`).map(formatJudged);
}

test("the plan's check says which VMs are read at which host", async () => {
  expect(await said({})).toEqual([
    expect.stringMatching(/^information: .*VM "direct": importers read the disks at /),
  ]);
});

test.each<[string, () => Promise<object>, RegExp]>([
  [
    'whose Secret its owner has lent to the vCenter alone',
    () => lend('for-vcenter', {}, { [SERVERS]: 'vcenter.example.com' }),
    /^error: .*spec.secret.name: Secret openshift-mtv\/for-vcenter does not say that it may be sent to .*kubectl/,
  ],
  [
    'whose Secret its owner lends to no importer there',
    () => lend('for-nobody', {}, { [TARGET_NAMESPACES]: 'apps' }),
    /^error: .*spec.secret.name: .*that copiers in namespace migrated may be given it/,
  ],
  [
    'that has another certificate',
    () => lend('mistrusted', { thumbprint: WRONG_THUMBPRINT }),
    /^error: .*is refused: it is not the pinned one/,
  ],
  [
    'that refuses the login',
    () => lend('refused', { password: 'wrong' }),
    /^error: .*it serves the disks of VM "direct"/,
  ],
  [
    'where nobody answers',
    () => lend('away', {}, { [SERVERS]: CLOSED }, CLOSED),
    /^error: .*it serves the disks of VM "direct"/,
  ],
])("the plan's check refuses a host %s", async (_, spec, sentence) => {
  expect(await said(await spec())).toEqual([expect.stringMatching(sentence)]);
});

test("the plan's check refuses a host at whose address another one answers", async () => {
  const { problems } = await stage.whole.drover.checkPlan(manifests(['beside'], { name: OTHER }));
  expect(problems.map(formatJudged)).toContainEqual(
    expect.stringMatching(/^error: .*sees no VM "beside", which vCenter has on /),
  );
});

test('imports of a VM on that host are read there, those of plugins and of other hosts as before', async () => {
  const { wave, vm: named } = await stage.start(manifests(['direct', 'beside']));
  await stage.succeeded(wave);

  const direct = await readAt(await stage.result(named('direct')));
  expect(direct).toEqual({ vcenter: [false, false, true], host: [true, true, false] });
  const beside = await readAt(await stage.result(named('beside')));
  expect(beside.vcenter).toEqual([true]);
  expect((await stage.contents()).filter((object) => object.startsWith('secrets/'))).toEqual([]);
});
