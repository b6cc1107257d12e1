import type { Event, Pod } from '../../../../activities/kubernetes/api/kinds';
import { startDelay, whyNoPod } from '../../../../activities/kubernetes/pods/pod-reasons';

const PENDING: Pod = { status: { phase: 'Pending' } };

function waiting(reason: string, message?: string): Pod {
  const status = { name: 'plugin', image: '', imageID: '', ready: false, restartCount: 0 };
  return {
    status: { phase: 'Pending', containerStatuses: [{ ...status, state: { waiting: { reason, message } } }] },
  };
}

function event(reason: string, message: string, minute: number): Event {
  const lastTimestamp = `2026-01-01T00:0${minute}:00Z`;
  return { metadata: {}, involvedObject: {}, reason, message, lastTimestamp };
}

test.each(['ErrImagePull', 'ImagePullBackOff', 'CreateContainerConfigError', 'CreateContainerError'])(
  '%s is trouble, in the words of the kubelet',
  (reason) => {
    expect(startDelay(waiting(reason, 'because'))).toEqual({ clause: `${reason}: because`, kind: 'trouble' });
  },
);

test('an image whose name makes no sense can never be pulled', () => {
  expect(startDelay(waiting('InvalidImageName', 'no'))).toEqual({
    clause: 'InvalidImageName: no',
    kind: 'final',
  });
});

test('a Pod that no node takes says why', () => {
  const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' };
  expect(startDelay({ status: { phase: 'Pending', conditions: [condition] } })?.clause).toBe(
    'Unschedulable: 0/3 nodes',
  );
});

test('of events the last one counts: what was mended is not said again', () => {
  const failed = event('FailedMount', 'no secret', 1);
  const pulling = event('Pulling', 'Pulling image "a"', 2);
  const container = waiting('ContainerCreating');
  expect(startDelay(container, [failed])).toEqual({ clause: 'FailedMount: no secret', kind: 'trouble' });
  expect(startDelay(container, [pulling, failed])).toEqual({
    clause: 'Pulling: Pulling image "a"',
    kind: 'ordinary',
  });
  expect(startDelay(container, [event('Pulled', 'Pulled', 3), pulling, failed])).toBeNull();
  expect(startDelay(PENDING, [event('FailedMapVolume', 'no device', 4), failed])?.clause).toBe(
    'FailedMapVolume: no device',
  );
});

test('events of a Pod that runs, and an ordinary start, are no reason', () => {
  expect(startDelay({ status: { phase: 'Running' } }, [event('FailedMount', 'no', 1)])).toBeNull();
  expect(startDelay(waiting('ContainerCreating'))).toBeNull();
});

test('a Job that gets no Pod says what refused it', () => {
  const said = 'Error creating: pods "copy" is forbidden: exceeded quota: small';
  expect(whyNoPod([event('FailedCreate', said, 1)])?.clause).toBe(`no Pod could be made: ${said}`);
  expect(whyNoPod([])).toBeNull();
});
