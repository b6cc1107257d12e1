import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { State } from '@temporalio/worker';
import { freePort } from '../../lab/ports';
import { type HealthServer, Readiness, serveHealth } from '../../workers/health';

let port: number;
let readiness: Readiness;
let server: HealthServer;
beforeEach(async () => {
  port = await freePort();
  readiness = new Readiness();
  server = await serveHealth({ host: '127.0.0.1', port }, readiness);
});
afterEach(async () => {
  jest.useRealTimers();
  await server.close();
});

async function ask(path: string, method = 'GET'): Promise<[status: number, line: string]> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
  return [response.status, (await response.text()).trim()];
}

/** Two workers, as a process has, and a Temporal that can go away. */
function workers() {
  const states: State[] = ['RUNNING', 'RUNNING'];
  const world = { answers: true };
  readiness.begin({
    workers: states.map((_, index) => ({ getState: () => states[index]! })),
    askTemporal: async () => {
      if (!world.answers) throw new Error('14 UNAVAILABLE');
    },
  });
  return { states, world };
}

test('before it has connected a worker lives and is not ready, and says why', async () => {
  expect(await ask('/livez')).toEqual([200, 'ok']);
  expect(await ask('/readyz')).toEqual([503, 'it connects to Temporal and the cluster']);
});

test('it is ready while both workers run, and no more when one of them drains', async () => {
  const { states } = workers();
  expect(await ask('/readyz')).toEqual([200, 'ok']);
  states[1] = 'DRAINING';
  expect(await ask('/readyz')).toEqual([503, 'a worker is DRAINING']);
  expect(await ask('/livez')).toEqual([200, 'ok']);
});

test('a Temporal that is away for a moment is none of its business; for longer it is not ready', async () => {
  const { world } = workers();
  expect(await ask('/readyz')).toEqual([200, 'ok']);
  world.answers = false;
  expect(await ask('/readyz')).toEqual([200, 'ok']);
  jest.useFakeTimers({
    doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'queueMicrotask', 'performance'],
  });
  jest.setSystemTime(Date.now() + 31_000);
  expect(await ask('/readyz')).toEqual([503, 'Temporal does not answer']);
  expect(await ask('/livez')).toEqual([200, 'ok']);
  world.answers = true;
  expect(await ask('/readyz')).toEqual([200, 'ok']);
});

test('one that never reached Temporal is not ready', async () => {
  workers().world.answers = false;
  expect(await ask('/readyz')).toEqual([503, 'Temporal does not answer']);
});

test('nothing else is served', async () => {
  expect((await ask('/'))[0]).toBe(404);
  expect((await ask('/livez?x=1'))[0]).toBe(404);
  expect((await ask('/livez', 'POST'))[0]).toBe(405);
});

test('a port that is taken is one line', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const address = { host: '127.0.0.1', port: (taken.address() as AddressInfo).port };
  await expect(serveHealth(address, new Readiness())).rejects.toMatchObject({
    code: 'InvalidInput',
    message: `DROVER_HEALTH: nothing can listen at 127.0.0.1:${address.port} (EADDRINUSE); name a free port of this machine`,
  });
  taken.close();
});
