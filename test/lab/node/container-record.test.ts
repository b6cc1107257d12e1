import { ContainerRecord } from '../../../lab/node/container-record';

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
