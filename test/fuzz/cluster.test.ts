/** What a target cluster, CDI in it and guests on it say: statuses of any form, and the kubeconfig that leads there. */
import { ApplicationFailure } from '@temporalio/common';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { ApiClient } from '../../activities/kubernetes/api/api-client';
import { mayBeGuest } from '../../activities/kubernetes/machine/guest-addresses';
import { agentProof, guestAddress } from '../../activities/kubernetes/machine/guest-up';
import { addressGaps, describeGaps } from '../../activities/kubernetes/machine/kept-addresses';
import { importState } from '../../activities/kubernetes/copies/import-state';
import type { DataVolume, Event, Pod, VirtualMachineInstance } from '../../activities/kubernetes/api/kinds';
import { cutLines } from '../../activities/kubernetes/api/lines';
import { plainLine } from '../../activities/kubernetes/pods/plain-line';
import { podEnd } from '../../activities/kubernetes/pods/pod-end';
import { startDelay, whyEnded, whyNoPod } from '../../activities/kubernetes/pods/pod-reasons';
import { DroverError } from '../../client/errors';
import { isFailureKind } from '../../plan/failures';
import { readLinePattern } from '../../plan/line-pattern';
import { CONSOLE_UP } from '../../plan/manifests/drover-settings';
import { visible } from '../../plan/visible';
import { readKubeConfig } from '../../workers/kube-config';
import { eachOf, texts } from './support/corpus';
import { fuzz } from './support/fuzz';
import { garbled, mutated, nastyText } from './support/mutations';

const LONGEST_CLAUSE = 1_500;
const LONGEST_ERROR = 2_000;
const SECRET = 'rather-secret';

/** An activity that meets a form that no API server sends ends as `Unexpected`, and is not tried again. */
function typed<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    // By its name: Node's own are of another realm than a test's.
    if ((error as Error).name === 'TypeError') return undefined;
    expect(error).toBeInstanceOf(ApplicationFailure);
    expect(isFailureKind((error as ApplicationFailure).type ?? '')).toBe(true);
    return undefined;
  }
}

/** @param named whether what should be secret is where names are, and so is no secret */
function kubeconfig(text: string, named = false): void {
  try {
    const { config, server } = readKubeConfig((config) => config.loadFromString(text));
    expect(URL.canParse(server)).toBe(true);
    new ApiClient(config).close();
  } catch (error) {
    expect(error).toBeInstanceOf(DroverError);
    const { message } = error as DroverError;
    if (!named) expect(message).not.toContain(SECRET);
    expect(message.length).toBeLessThan(LONGEST_ERROR);
  }
}

const KUBECONFIG = {
  clusters: [
    {
      name: 'c',
      cluster: { server: 'https://api.example.com:6443', 'certificate-authority-data': 'bm9uZQ==' },
    },
  ],
  users: [{ name: 'u', user: { token: SECRET, 'client-key-data': 'bm9uZQ==' } }],
  contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'apps' } }],
  'current-context': 'x',
};

eachOf('kubeconfigs', (text) => kubeconfig(text));
fuzz(
  'a kubeconfig in any words can be used, or one line says why not',
  garbled(texts('kubeconfigs')),
  (text) => kubeconfig(text),
);
fuzz('a kubeconfig of any form can be used, or one line says why not', mutated([KUBECONFIG]), (config) => {
  const names = { ...(config as Partial<typeof KUBECONFIG> | null), users: [] };
  kubeconfig(stringify(config), JSON.stringify(names).includes(SECRET));
});

const DATA_VOLUME = {
  metadata: { name: 'web-d0' },
  status: {
    phase: 'ImportInProgress',
    progress: '45.00%',
    restartCount: 1,
    conditions: [
      { type: 'Running', status: 'False', message: 'Unable to connect' },
      { type: 'Bound', status: 'True', message: 'bound' },
    ],
  },
};

fuzz(
  'a DataVolume of any form is a copy at some point, or a step that ends',
  mutated([DATA_VOLUME]),
  (volume) => {
    const state = typed(() => importState(volume as DataVolume));
    if (state?.kind === 'failed') expect(state.message.length).toBeLessThan(LONGEST_CLAUSE);
    if (state?.kind !== 'copying') return;
    expect(state.fraction === null || (state.fraction >= 0 && state.fraction <= 1)).toBe(true);
    expect((state.note ?? '').length).toBeLessThan(LONGEST_CLAUSE);
  },
);

const POD = {
  metadata: { name: 'web-copy-1', deletionTimestamp: '2026-01-01T00:00:00Z' },
  spec: { nodeName: 'n', restartPolicy: 'Never', containers: [{ name: 'plugin' }] },
  status: {
    phase: 'Failed',
    reason: 'Evicted',
    message: 'The node was low on resource',
    conditions: [
      { type: 'PodScheduled', status: 'True' },
      { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC', message: 'gone' },
    ],
    containerStatuses: [
      {
        name: 'plugin',
        state: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
        lastState: { waiting: { reason: 'ImagePullBackOff', message: 'back-off' } },
      },
    ],
  },
};
const EVENT = { reason: 'FailedMount', message: 'timed out', lastTimestamp: '2026-01-01T00:00:00Z' };

function podAndEvent([pod, event]: readonly unknown[]): void {
  const end = typed(() => podEnd(pod as Pod));
  if (end !== undefined) expect(['alive', 'ended', 'neverRan', 'unproven']).toContain(end);
  for (const say of [
    () => startDelay(pod as Pod, [event as Event])?.clause,
    () => whyNoPod([event as Event])?.clause,
    () => whyEnded(pod as Pod, 'plugin'),
  ]) {
    expect(String(typed(say) ?? '').length).toBeLessThan(LONGEST_CLAUSE);
  }
}

eachOf('pods', (text) => podAndEvent(JSON.parse(text) as unknown[]));
fuzz(
  'a Pod of any form has ended, or has not, and whatever is said of it is short',
  fc.tuple(mutated([POD]), mutated([EVENT])),
  podAndEvent,
);

const INSTANCE = {
  metadata: { name: 'web' },
  status: {
    conditions: [{ type: 'AgentConnected', status: 'True' }],
    guestOSInfo: { name: 'Debian', prettyName: 'Debian GNU/Linux 12' },
    interfaces: [
      {
        ipAddress: '10.0.0.7',
        ipAddresses: ['10.0.0.7'],
        infoSource: 'guest-agent',
        mac: '00:50:56:00:00:01',
      },
      { ipAddress: 'fd00::7' },
    ],
  },
};

fuzz(
  "an agent's words become a line of bounded length, and no address but a guest's",
  mutated([INSTANCE]),
  (instance) => {
    const proof = typed(() => agentProof(instance as VirtualMachineInstance));
    if (proof !== undefined) {
      expect(proof.evidence.length).toBeLessThan(LONGEST_CLAUSE);
      expect(visible(proof.evidence)).toBe(proof.evidence);
    }
    const address = typed(() => guestAddress(instance as VirtualMachineInstance));
    if (address !== undefined) expect(mayBeGuest(address)).toBe(true);
    const card = { macAddress: '00:50:56:00:00:01', addresses: ['192.0.2.10'] };
    const words = typed(() => describeGaps(addressGaps(instance as VirtualMachineInstance, [card])));
    expect(String(words ?? '').length).toBeLessThan(LONGEST_CLAUSE);
    expect(visible(words ?? '')).toBe(words ?? '');
  },
);

async function consoleText(bytes: Uint8Array): Promise<void> {
  const up = readLinePattern(CONSOLE_UP);
  if (typeof up === 'string') throw new Error(up);
  async function* stream() {
    for (let at = 0; at < bytes.length; at += 7) yield Buffer.from(bytes.subarray(at, at + 7));
  }
  for await (const raw of cutLines(stream(), 200)) {
    const line = plainLine(raw, 100);
    expect(line.length).toBeLessThanOrEqual(100);
    expect(visible(line)).toBe(line);
    up.matches(line);
  }
}

eachOf('console-texts', (text) => consoleText(Buffer.from(text)));
fuzz(
  'a console in any bytes becomes lines of bounded length that steer nothing',
  fc.oneof(
    fc.uint8Array({ maxLength: 2_000 }),
    garbled(texts('console-texts')).map((text) => Buffer.from(text)),
    nastyText.map((text) => Buffer.from(text)),
  ),
  consoleText,
);
