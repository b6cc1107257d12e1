/** What a cluster adds to Pods as it admits them is reckoned with them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { CdiConfigs } from '../../../../activities/kubernetes/admission/cdi-config';
import { NodeRoom } from '../../../../activities/kubernetes/admission/node-room';
import { requirePods } from '../../../../activities/kubernetes/admission/pod-rules';
import { PodTrials } from '../../../../activities/kubernetes/admission/pod-trials';
import { VddkImages } from '../../../../activities/kubernetes/admission/vddk-images';
import type { Pod } from '../../../../activities/kubernetes/api/kinds';
import { scratchName } from '../../../../plan/names';
import { BY_PLUGIN, frozenVm } from '../../../support/frozen-vm';
import { recordingApi, type RecordingApi } from '../recording-api';

const SMALL = { metadata: { name: 'small' }, spec: { hard: { 'requests.cpu': '4' } }, status: { used: {} } };
const NODE = {
  metadata: { labels: { zone: 'a' } },
  status: {
    allocatable: { cpu: '8', memory: '64Gi', 'ephemeral-storage': '1Ti', 'devices.kubevirt.io/kvm': '9' },
  },
};

/** What the cluster does to a Pod as it admits it. */
let mutate: (pod: Pod) => void;
let quota: object;
/** Names of the claims that stand. */
let claims: string[];
let api: RecordingApi;

beforeEach(async () => {
  mutate = () => undefined;
  quota = SMALL;
  claims = [];
  api = await recordingApi((request, answer) => void reply(request, answer));
});
afterEach(() => api.close());

async function reply({ method, url = '' }: IncomingMessage, answer: ServerResponse): Promise<void> {
  if (method === 'POST') return void answer.end(await admitted(answer.req));
  answer.end(JSON.stringify({ items: listed(url), metadata: {} }));
}

function listed(url: string): object[] {
  if (url.includes('resourcequotas')) return [quota];
  if (url.includes('persistentvolumeclaims')) return claims.map((name) => ({ metadata: { name } }));
  return url.includes('nodes') ? [NODE] : [];
}

async function admitted(request: IncomingMessage): Promise<string> {
  const pod = JSON.parse(await text(request)) as Pod;
  mutate(pod);
  return JSON.stringify(pod);
}

const check = (vm = frozenVm({ methods: [BY_PLUGIN, BY_PLUGIN] })) =>
  requirePods({ api: api.client, key: 'target' }, vm, {
    trials: new PodTrials(),
    nodes: new NodeRoom(),
    configs: new CdiConfigs(),
    vddkImages: new VddkImages('cdi'),
    binderImage: 'pause:1',
  });

test('Pods that are admitted as they are fit', () => check());

test('a sidecar whose requests, beside those of copies at the same time, exceed a quota', async () => {
  mutate = ({ spec }) => {
    const proxy = { name: 'proxy', image: 'mesh', resources: { requests: { cpu: '2' } } };
    spec?.containers.push(proxy);
  };
  await expect(check()).rejects.toMatchObject({
    type: 'QuotaExceeded',
    message: 'quota small leaves 4 of 4 requests.cpu, and the migration adds 4.2',
  });
});

test('of a run that adopts, claims that stand are counted once, that of conversions too', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN, BY_PLUGIN] });
  const [first, second] = vm.disks.map(({ volumeName }) => volumeName);
  const hard = { persistentvolumeclaims: '3' };
  claims = [first!, scratchName(vm.baseName)];
  quota = { metadata: { name: 'full' }, spec: { hard }, status: { used: { persistentvolumeclaims: '2' } } };
  await check({ ...vm, adopt: true });
  await expect(check(vm)).rejects.toMatchObject({ type: 'QuotaExceeded' });

  claims = [first!, second!];
  await check({ ...vm, adopt: true });
  claims = [first!];
  await expect(check({ ...vm, adopt: true })).rejects.toMatchObject({
    message: 'quota full leaves 1 of 3 persistentvolumeclaims, and the migration adds 2',
  });
});

test('a node selector of the namespace that no node meets', async () => {
  mutate = ({ spec }) => {
    if (spec !== undefined) spec.nodeSelector = { ...spec.nodeSelector, zone: 'b' };
  };
  await expect(check()).rejects.toMatchObject({
    type: 'NoNodeFits',
    message: expect.stringContaining('1 of 1 nodes: no label zone=b') as string,
  });
});
