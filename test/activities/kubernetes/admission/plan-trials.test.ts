import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { CdiConfigs } from '../../../../activities/kubernetes/admission/cdi-config';
import { NodeRoom } from '../../../../activities/kubernetes/admission/node-room';
import { tryPlan } from '../../../../activities/kubernetes/admission/plan-trials';
import { PodTrials } from '../../../../activities/kubernetes/admission/pod-trials';
import { VddkImages } from '../../../../activities/kubernetes/admission/vddk-images';
import type { FrozenVm } from '../../../../plan/frozen';
import { BY_IMPORT, BY_PLUGIN, frozenVm } from '../../../support/frozen-vm';
import { recordingApi, type RecordingApi } from '../recording-api';

const MIB = 2 ** 20;

type Body = { kind: string; metadata: { generateName?: string } };

/** What the API server says to a dry run; null: it admits the object as it is. */
let refuse: (body: Body) => string | null;
let api: RecordingApi;

beforeEach(async () => {
  refuse = () => null;
  api = await recordingApi((request, answer) => void reply(request, answer));
});
afterEach(() => api.close());

async function reply(request: IncomingMessage, answer: ServerResponse): Promise<void> {
  if (request.method !== 'POST') return void answer.end('{"items":[],"metadata":{}}');
  const sent = await text(request);
  const why = refuse(JSON.parse(sent) as Body);
  if (why !== null) answer.statusCode = 403;
  answer.end(why === null ? sent : JSON.stringify({ reason: 'Forbidden', message: why }));
}

/** 200 VMs, no two with disks or memory of one size. */
const herd = (): FrozenVm[] =>
  Array.from({ length: 200 }, (_, place) => {
    const vm = frozenVm({ methods: [BY_IMPORT, BY_PLUGIN, BY_PLUGIN] });
    const hardware = { ...vm.hardware, memoryMiB: 1024 + place };
    const disks = vm.disks.map((disk) => ({ ...disk, requestBytes: (place + 8) * MIB }));
    return { ...vm, hardware, disks };
  });

function ask(vms: readonly FrozenVm[], isBegun: (vm: FrozenVm) => boolean = () => false) {
  const rules = {
    trials: new PodTrials(),
    nodes: new NodeRoom(),
    configs: new CdiConfigs(),
    vddkImages: new VddkImages('cdi'),
    binderImage: 'pause:1',
  };
  return tryPlan({ api: api.client, key: 'target' }, vms, isBegun, rules);
}

test('a plan of 200 VMs costs no more requests than it has kinds of Pods and claims', async () => {
  const { refusals, demands } = await ask(herd());
  expect(refusals).toEqual([]);
  expect(demands).toHaveLength(200);
  const counts = new Map<string, number>();
  for (const call of api.asked) {
    const what = call.replace(/\?.*/, '').replace(/ .*\//, ' ');
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  expect(Object.fromEntries(counts)).toEqual({
    // The binder, an importer, a plugin, a conversion, the smallest and the largest guest.
    'POST pods': 6,
    // The smallest and the largest of the disks' class, and that of the conversions.
    'POST persistentvolumeclaims': 3,
    'GET nodes': 1,
    'GET resourcequotas': 1,
    'GET config': 1,
  });
});

test('what is refused is said once, with every VM that needs it, and nothing of these is reckoned', async () => {
  refuse = ({ metadata }) => (metadata.generateName?.includes('convert') === true ? 'not here' : null);
  const vms = [...herd(), { ...frozenVm(), conversion: null }];
  const { refusals, demands } = await ask(vms);
  expect(refusals).toMatchObject([{ tried: 'conversion', kind: 'PodRefused' }]);
  expect(refusals[0]?.vms).toHaveLength(200);
  expect(demands.map(({ vm }) => vm)).toEqual([vms.at(-1)?.vm.name]);
  // Where nothing is converted the binder asks for no KVM: one kind more.
  expect(api.asked.filter((call) => /^POST .*\/pods\?/.test(call))).toHaveLength(7);
});

test('a claim that is too large is said of the VM that has it', async () => {
  const vms = herd();
  const last = vms.at(-1);
  refuse = ({ kind, metadata }) =>
    kind === 'PersistentVolumeClaim' && metadata.generateName?.startsWith(last?.disks[0]?.volumeName ?? '-')
      ? 'maximum storage usage per PersistentVolumeClaim is 32Mi'
      : null;
  const { refusals } = await ask(vms);
  expect(refusals).toEqual([
    {
      tried: 'claim',
      kind: 'ClaimRefused',
      why: 'the cluster would not make a claim of 207Mi of class fast-block: maximum storage usage per PersistentVolumeClaim is 32Mi',
      vms: [last?.vm.name],
    },
  ]);
});

test('a VM of which something is there already is tried, and not reckoned', async () => {
  const [one, other] = [frozenVm(), frozenVm()];
  const { demands } = await ask([one, other], (vm) => vm === one);
  expect(demands.map(({ vm }) => vm)).toEqual([other.vm.name]);
});

test('a cluster that does not answer is no refusal', async () => {
  api.close();
  await expect(ask([frozenVm()])).rejects.toMatchObject({ name: 'NoAnswerError' });
});
