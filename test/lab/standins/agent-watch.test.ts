import { AgentWatch } from '../../../lab/standins/kubevirt/agent-watch';
import type { GuestInterface } from '../../../lab/standins/kubevirt/guest-agent';
import { AgentChannel } from './agent-channel';

const TIMING = { firstPauseMs: 5, tries: 8, firstBeatMs: 10, heartbeatMs: 10, answerMs: 60_000 };
/** For an agent that is to be found silent. */
const SOON_SILENT = { ...TIMING, answerMs: 200 };

const ETH0: GuestInterface = {
  name: 'eth0',
  'hardware-address': '00:50:56:00:00:01',
  'ip-addresses': [{ 'ip-address': '192.0.2.10', 'ip-address-type': 'ipv4', prefix: 24 }],
};

let channel: AgentChannel;
let watch: AgentWatch | undefined;

beforeEach(() => (channel = new AgentChannel()));
afterEach(() => {
  watch?.stop();
  channel.close();
});

/** Resolves at the next change. */
function follow(port: number, timing = TIMING): { next(): Promise<void> } {
  let waiting: (() => void)[] = [];
  watch = new AgentWatch(
    { host: '127.0.0.1', port },
    () => {
      waiting.forEach((tell) => tell());
      waiting = [];
    },
    timing,
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
  const changes = follow(await channel.listen(), SOON_SILENT);
  const connected = changes.next();
  setTimeout(() => channel.wake(), SOON_SILENT.answerMs * 2);
  await connected;
  expect(watch?.report).not.toBeNull();
});

test('an agent that falls silent is connected no more, until it answers again', async () => {
  const changes = follow(await channel.listen(), SOON_SILENT);
  await changes.next();
  channel.answers = false;
  await changes.next();
  expect(watch?.report).toBeNull();
  channel.wake();
  await changes.next();
  expect(watch?.report).not.toBeNull();
});

test('an agent whose guest gets an address reports it', async () => {
  const changes = follow(await channel.listen());
  await changes.next();
  channel.interfaces = [ETH0];
  await changes.next();
  expect(watch?.report?.interfaces).toEqual([ETH0]);
});

test('what a card counts is not reported', async () => {
  const statistics = { 'rx-bytes': 1, 'tx-bytes': 2 };
  channel.interfaces = [{ ...ETH0, statistics } as GuestInterface];
  const changes = follow(await channel.listen());
  await changes.next();
  expect(watch?.report?.interfaces).toEqual([ETH0]);
});

test('a channel that is closed ends it', async () => {
  const changes = follow(await channel.listen());
  await changes.next();
  const gone = changes.next();
  channel.close();
  await gone;
  expect(watch?.report).toBeNull();
});
