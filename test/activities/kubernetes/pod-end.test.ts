import type { Pod } from '../../../activities/kubernetes/kinds';
import { podEnd } from '../../../activities/kubernetes/pod-end';

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
