import { AgentWatch } from '../../../lab/standins/kubevirt/agent-watch';
import { AgentChannel } from './agent-channel';

const TIMING = { firstPauseMs: 5, tries: 8, heartbeatMs: 10, answerMs: 200 };

let channel: AgentChannel;
let watch: AgentWatch | undefined;

beforeEach(() => (channel = new AgentChannel()));
afterEach(() => {
  watch?.stop();
  channel.close();
});

/** Resolves at the next change. */
function follow(port: number): { next(): Promise<void> } {
  let waiting: (() => void)[] = [];
  watch = new AgentWatch(
    { host: '127.0.0.1', port },
    () => {
      waiting.forEach((tell) => tell());
      waiting = [];
    },
    TIMING,
  );
  return { next: () => new Promise((resolve) => waiting.push(resolve)) };
}

test('an agent that answers is connected, and tells of its guest what it can', async () => {
  const changes = follow(await channel.listen());
  expect(watch?.report).toBeNull();
  await changes.next();
  expect(watch?.report?.os?.id).toBe('debian');
  expect(watch?.report?.interfaces).toEqual([]);
});

test('an agent that starts long after its guest is noticed', async () => {
  channel.answers = false;
  const changes = follow(await channel.listen());
  const connected = changes.next();
  setTimeout(() => channel.wake(), TIMING.answerMs * 2);
  await connected;
  expect(watch?.report).not.toBeNull();
});

test('an agent that falls silent is connected no more, until it answers again', async () => {
  const changes = follow(await channel.listen());
  await changes.next();
  channel.answers = false;
  await changes.next();
  expect(watch?.report).toBeNull();
  channel.wake();
  await changes.next();
  expect(watch?.report).not.toBeNull();
});

test('a channel that is closed ends it', async () => {
  const changes = follow(await channel.listen());
  await changes.next();
  const gone = changes.next();
  channel.close();
  await gone;
  expect(watch?.report).toBeNull();
});
