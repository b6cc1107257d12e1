import { ContainerRecord } from '../../../lab/node/container-record';
import type { FormerRuns } from '../../../lab/node/former-runs';

function afterOneRun(): ContainerRecord {
  const record = new ContainerRecord('main', 'image', 'ContainerCreating');
  record.running('lab://0', 'image@sha256:0');
  record.ended({ exitCode: 1, reason: 'Error' });
  return record;
}

test('before its first run a container has no log', () => {
  const record = new ContainerRecord('main', 'image', 'ContainerCreating');
  expect([record.latestRun, record.previousRun]).toEqual([null, null]);
});

test('a container that waits to restart shows the log of the run that ended, as its latest and its previous', () => {
  const record = afterOneRun();
  record.waiting('CrashLoopBackOff');
  expect([record.latestRun, record.previousRun]).toEqual([0, 0]);
  expect(record.status()).toMatchObject({ restartCount: 0, lastState: { terminated: { exitCode: 1 } } });
});

test('once restarted, the former run is the previous one', () => {
  const record = afterOneRun();
  record.restarted();
  record.running('lab://1', 'image@sha256:0');
  expect([record.latestRun, record.previousRun]).toEqual([1, 0]);
  expect(record.status()).toMatchObject({ restartCount: 1, ready: true });
});

test('what ran when the node went is lost, what had ended keeps its end', () => {
  const running = new ContainerRecord('main', 'image', 'ContainerCreating');
  running.running('lab://0', 'image@sha256:0');
  const resumed = new ContainerRecord('main', 'image', 'ContainerCreating');
  resumed.resume(running.status());
  expect(resumed.terminated).toMatchObject({ exitCode: 137, reason: 'ContainerStatusUnknown' });
  const ended = new ContainerRecord('main', 'image', 'ContainerCreating');
  ended.resume(afterOneRun().status());
  expect(ended.terminated).toMatchObject({ exitCode: 1, reason: 'Error' });
});

describe('what an earlier process of the node had not written yet', () => {
  const LAST = { exitCode: 0, reason: 'Completed', message: 'it is done' };

  function resumed(status: ContainerRecord | undefined, former: FormerRuns): ContainerRecord {
    const record = new ContainerRecord('main', 'image', 'ContainerCreating');
    record.resume(status?.status(), former);
    return record;
  }

  function running(): ContainerRecord {
    const record = new ContainerRecord('main', 'image', 'ContainerCreating');
    record.running('lab://0', 'image@sha256:0');
    return record;
  }

  test('a run that nobody heard of is no reason to run again', () => {
    expect(resumed(undefined, { count: 1, last: null }).terminated).toMatchObject({ exitCode: 137 });
    expect(resumed(undefined, { count: 1, last: LAST }).terminated).toMatchObject(LAST);
  });

  test('a run that had ended ended so', () => {
    expect(resumed(running(), { count: 1, last: LAST }).terminated).toMatchObject(LAST);
    expect(resumed(running(), { count: 1, last: null }).terminated).toMatchObject({ exitCode: 137 });
  });

  test('a restart counts', () => {
    const record = resumed(afterOneRun(), { count: 2, last: LAST });
    expect(record.terminated).toMatchObject(LAST);
    expect(record.restarts).toBe(1);
  });

  test('what is written stays', () => {
    const record = resumed(afterOneRun(), { count: 1, last: { exitCode: 1, reason: 'Error' } });
    expect(record.status()).toMatchObject({ restartCount: 0, state: { terminated: { reason: 'Error' } } });
  });
});
