import type { V1PodStatus } from '@kubernetes/client-node';
import { ContainerRecord } from '../../../lab/node/container-record';
import { podStatus, type PodView } from '../../../lab/node/pod-status';

type Policy = 'Always' | 'OnFailure' | 'Never';
type Story = 'waiting' | 'running' | 'succeeded' | 'failed' | 'crashLoop';

function record(story: Story, name = 'main'): ContainerRecord {
  const container = new ContainerRecord(name, 'image', 'ContainerCreating');
  if (story !== 'waiting') {
    container.running('lab://1', 'image@sha256:0');
  }
  if (story === 'succeeded' || story === 'failed' || story === 'crashLoop') {
    container.ended({ exitCode: story === 'succeeded' ? 0 : 1 });
  }
  if (story === 'crashLoop') {
    container.waiting('CrashLoopBackOff');
  }
  return container;
}

function statusOf(
  policy: Policy,
  stories: Story[],
  more: Partial<PodView> & { initStories?: Story[] } = {},
): V1PodStatus {
  const { initStories = [], ...view } = more;
  return podStatus(
    {
      pod: { spec: { restartPolicy: policy, containers: [] } },
      init: initStories.map((story) => record(story, 'init')),
      containers: stories.map((story) => record(story)),
      startTime: new Date(0),
      ending: null,
      ...view,
    },
    [],
  );
}

test.each<[Policy, Story[], string]>([
  ['Never', ['waiting'], 'Pending'],
  ['Never', ['running', 'waiting'], 'Pending'],
  ['Never', ['running', 'failed'], 'Running'],
  ['Never', ['succeeded', 'succeeded'], 'Succeeded'],
  ['Never', ['succeeded', 'failed'], 'Failed'],
  ['OnFailure', ['failed'], 'Running'],
  ['OnFailure', ['crashLoop'], 'Running'],
  ['OnFailure', ['succeeded'], 'Succeeded'],
  ['Always', ['succeeded'], 'Running'],
])('with restartPolicy %s, containers that are %j make a Pod %s', (policy, stories, phase) => {
  expect(statusOf(policy, stories).phase).toBe(phase);
});

test.each<[Policy, Story, string]>([
  ['Never', 'failed', 'Failed'],
  ['OnFailure', 'failed', 'Pending'],
  ['Never', 'running', 'Pending'],
])('with restartPolicy %s, an init container that is %s makes a Pod %s', (policy, story, phase) => {
  expect(statusOf(policy, ['waiting'], { initStories: [story] }).phase).toBe(phase);
});

test('a Pod that was told to end is over once no container is left, whatever its restart policy', () => {
  const ending = { failed: false };
  expect(statusOf('Always', ['running'], { ending }).phase).toBe('Running');
  expect(statusOf('Always', ['succeeded'], { ending }).phase).toBe('Succeeded');
  expect(statusOf('OnFailure', ['failed'], { ending }).phase).toBe('Failed');
});

test('a Pod past its deadline has failed even where its containers ended well', () => {
  const ending = { reason: 'DeadlineExceeded', message: 'too long', failed: true };
  expect(statusOf('Never', ['succeeded'], { ending })).toMatchObject({
    phase: 'Failed',
    reason: 'DeadlineExceeded',
  });
});

test('a condition keeps the time of its last change', () => {
  const before = new Date(1_000);
  const view: PodView = {
    pod: { spec: { restartPolicy: 'Never', containers: [] } },
    init: [],
    containers: [record('running')],
    startTime: new Date(0),
    ending: null,
  };
  const { conditions } = podStatus(view, [
    { type: 'Ready', status: 'True', lastTransitionTime: before },
    { type: 'ContainersReady', status: 'False', lastTransitionTime: before },
  ]);
  const time = (type: string) => conditions?.find((c) => c.type === type)?.lastTransitionTime;
  expect(time('Ready')).toEqual(before);
  expect(time('ContainersReady')?.getTime()).toBeGreaterThan(before.getTime());
});
