import type { Pod } from '../../../../activities/kubernetes/api/kinds';
import { hasEnded, isLingering, podEnd } from '../../../../activities/kubernetes/pods/pod-end';
import { whyWaiting } from '../../../../activities/kubernetes/pods/pod-reasons';

const NOW = Date.parse('2026-01-01T00:10:00Z');
const RUNNING = { running: { startedAt: '2026-01-01T00:00:00Z' } };
const TERMINATED = { terminated: { exitCode: 0 } };

function pod(sketch: {
  node?: string;
  states?: object[];
  deletedAt?: string;
  phase?: string;
  conditions?: { type: string; status: string; reason?: string }[];
}): Pod {
  const { node, states = [], deletedAt, phase, conditions } = sketch;
  return {
    metadata: { name: 'copy', deletionTimestamp: deletedAt },
    spec: { nodeName: node, containers: [{ name: 'plugin' }] },
    status: {
      phase,
      conditions,
      containerStatuses: states.map((state) => ({
        name: 'plugin',
        image: '',
        imageID: '',
        ready: false,
        restartCount: 0,
        state,
      })),
    },
  };
}

test.each<[string, Pod, string]>([
  ['runs', pod({ node: 'a', states: [RUNNING] }), 'alive'],
  ['ended by itself', pod({ node: 'a', states: [TERMINATED] }), 'ended'],
  [
    'was deleted and ended',
    pod({ node: 'a', states: [TERMINATED], deletedAt: '2026-01-01T00:00:00Z' }),
    'ended',
  ],
  ['waits for a node', pod({}), 'alive'],
  ['was deleted before it had a node', pod({ deletedAt: '2026-01-01T00:00:00Z' }), 'neverRan'],
  [
    'is in its grace period',
    pod({ node: 'a', states: [RUNNING], deletedAt: '2026-01-01T00:09:50Z' }),
    'alive',
  ],
  [
    'should have ended long ago',
    pod({ node: 'a', states: [RUNNING], deletedAt: '2026-01-01T00:05:00Z' }),
    'unproven',
  ],
  [
    'is called Failed by the garbage collector, its node being gone',
    pod({
      node: 'a',
      states: [RUNNING],
      phase: 'Failed',
      conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC' }],
    }),
    'unproven',
  ],
  ['has a node that never said a word', pod({ node: 'a', deletedAt: '2026-01-01T00:00:00Z' }), 'unproven'],
])('a Pod that %s', (_, given, expected) => {
  expect(podEnd(given, NOW)).toBe(expected);
});

/** As a kubelet reports a Pod into which a mesh has put its proxy beside ours, before it, or both. */
function meshed(
  own: { name: string; state: object },
  proxy: object,
  sketch: { native?: boolean; phase?: string; restartPolicy?: string } = {},
): Pod {
  const { native = false, phase = 'Running', restartPolicy = 'Never' } = sketch;
  const status = (name: string, state: object) => ({
    name,
    image: '',
    imageID: '',
    ready: false,
    restartCount: 0,
    state,
  });
  const proxied = { name: 'istio-proxy', restartPolicy: 'Always' };
  return {
    metadata: { name: 'copy' },
    spec: {
      nodeName: 'a',
      restartPolicy,
      initContainers: [{ name: 'istio-init' }, ...(native ? [proxied] : [])],
      containers: [{ name: own.name }, ...(native ? [] : [{ name: 'istio-proxy' }])],
    },
    status: {
      phase,
      initContainerStatuses: [
        status('istio-init', TERMINATED),
        ...(native ? [status('istio-proxy', proxy)] : []),
      ],
      // The kubelet has them in the order of their names.
      containerStatuses: [
        ...(native ? [] : [status('istio-proxy', proxy)]),
        status(own.name, own.state),
      ].sort((one, other) => one.name.localeCompare(other.name)),
    },
  };
}

describe.each(['plugin', 'convert', 'probe', 'compute'])(
  'a Pod with a proxy beside its %s container',
  (name) => {
    test.each([{ native: false }, { native: true }])('has ended when its own has, %p', (how) => {
      const pod = meshed({ name, state: TERMINATED }, RUNNING, how);
      expect(podEnd(pod, NOW)).toBe('ended');
      expect(isLingering(pod)).toBe(true);
    });

    test.each([{ native: false }, { native: true }])('is alive while its own runs, %p', (how) => {
      const pod = meshed({ name, state: RUNNING }, TERMINATED, how);
      expect(podEnd(pod, NOW)).toBe('alive');
      expect(hasEnded(pod)).toBe(false);
    });

    test('does not linger once all of it is over', () => {
      expect(isLingering(meshed({ name, state: TERMINATED }, TERMINATED, { phase: 'Succeeded' }))).toBe(
        false,
      );
    });

    test('waits for nothing that its proxy waits for, once its own has begun', () => {
      const proxy = { waiting: { reason: 'ImagePullBackOff', message: 'no proxy' } };
      expect(whyWaiting(meshed({ name, state: RUNNING }, proxy))).toBeNull();
      const waiting = { waiting: { reason: 'PodInitializing' } };
      expect(whyWaiting(meshed({ name, state: waiting }, proxy, { phase: 'Pending' }))).toMatch(
        'ImagePullBackOff',
      );
    });
  },
);

test("a binder's container comes back: only the kubelet's word for its Pod is its end", () => {
  const always = { restartPolicy: 'Always' };
  expect(hasEnded(meshed({ name: 'binder', state: TERMINATED }, RUNNING, always))).toBe(false);
  expect(
    hasEnded(meshed({ name: 'binder', state: TERMINATED }, TERMINATED, { ...always, phase: 'Failed' })),
  ).toBe(true);
});
