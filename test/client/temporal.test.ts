import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DroverClient, DroverError } from '../../client';
import { startTemporal, type Temporal } from '../../lab/temporal';
import { searchAttributes } from '../../workflows/temporal-api';
import { temporalCli } from '../support/temporal';
import { lineOf, planFile, planText } from './plan-file';
import { drover } from './recording-io';

const ATTRIBUTES = Object.values(searchAttributes).map((key) => key.name);

let server: Temporal;
const env = (namespace: string): NodeJS.ProcessEnv => ({
  TEMPORAL_ADDRESS: server.address,
  TEMPORAL_NAMESPACE: namespace,
});

beforeAll(async () => {
  server = await startTemporal({
    binary: await temporalCli(),
    logDir: mkdtempSync(join(tmpdir(), 'drover-temporal-')),
  });
});
afterAll(() => server.stop());

describe('drover setup', () => {
  test('creates the namespace, registers all search attributes, and changes nothing when run again', async () => {
    const before = await drover(env('fresh'), 'setup', '--check', '-o', 'json');
    expect([before.code, JSON.parse(before.stdout)]).toMatchObject([
      4,
      { namespace: 'missing', missing: ATTRIBUTES },
    ]);

    const first = await drover(env('fresh'), 'setup', '-o', 'json');
    expect([first.code, JSON.parse(first.stdout)]).toMatchObject([
      0,
      { namespace: 'created', registered: ATTRIBUTES, retentionDays: 30, warnings: [] },
    ]);

    const second = await drover(env('fresh'), 'setup', '-o', 'json');
    expect([second.code, JSON.parse(second.stdout)]).toMatchObject([
      0,
      { namespace: 'ready', registered: [] },
    ]);
    expect((await drover(env('fresh'), 'setup', '--check')).code).toBe(0);
  });

  test('warns of a retention that forgets migrations too early, and raises it where asked', async () => {
    const client = await DroverClient.connect({ env: env('short') });
    await client.setUp({ retentionDays: 3 });
    await client.close();
    const warned = await drover(env('short'), 'setup');
    expect(warned.stderr).toContain('forgets ended migrations after 3 days');
    const raised = await drover(env('short'), 'setup', '--retention', '14', '-o', 'json');
    expect(JSON.parse(raised.stdout)).toMatchObject({ retentionDays: 14, warnings: [] });
  });

  test('refuses a retention that is no number of days', async () => {
    const answer = await drover(env('short'), 'setup', '--retention', 'long');
    expect(answer).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--retention is a whole number, not "long"') as string,
    });
  });
});

describe('before anything is started', () => {
  const file = planFile(planText('wave-1', ['web-1']));

  test('an unreachable Temporal is one line with its address', async () => {
    const address = await closedPort();
    await expect(DroverClient.connect({ env: {}, address, timeoutMs: 300 })).rejects.toMatchObject({
      code: 'Unreachable',
      message: expect.stringContaining(address) as string,
    });
  });

  test('missing search attributes are named, and the command that registers them', async () => {
    const answer = await drover(env('default'), 'migrate', '-f', file);
    expect(answer.code).toBe(4);
    expect(answer.stderr).toBe(
      `drover: Temporal lacks the search attributes ${ATTRIBUTES.join(', ')}; run: drover setup\n`,
    );
    expect((await drover(env('default'), 'status', '--plan', 'a/b')).stderr).toContain('run: drover setup');
  });

  test('a missing namespace is named', async () => {
    const answer = await drover(env('nowhere'), 'migrate', '-f', file);
    expect(answer).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('no namespace "nowhere"') as string,
    });
  });

  test.each([
    [['status']],
    [['status', 'web-1']],
    [['status', '--plan', 'a/b', '--watch']],
    [['retry', 'web-1', '--why', 'x']],
    [['abort', 'migrate-vm/uuid/vm-1', '--why', 'x']],
    [['cancel', 'migrate-vm/uuid/vm-1', '--why', 'x']],
    [['logs', 'migrate-vm/uuid/vm-1']],
    [['console', 'migrate-vm/uuid/vm-1']],
    [['inventory', 'vms', '-f', file]],
    [['plan', 'check', '-f', file]],
  ])('a missing namespace is named to %j, too', async (args) => {
    expect(await drover(env('nowhere'), ...args)).toEqual({
      code: 4,
      stdout: '',
      stderr:
        'drover: Temporal has no namespace "nowhere"; set TEMPORAL_NAMESPACE to the right one, or run: drover setup\n',
    });
  });

  test('a queue without a worker is refused, and nothing is started', async () => {
    await drover(env('idle'), 'setup');
    const answer = await drover(env('idle'), 'migrate', '-f', file);
    expect(answer.code).toBe(4);
    expect(answer.stderr).toContain('no worker polls task queue "drover" in namespace "idle"');
    const client = await DroverClient.connect({ env: env('idle') });
    const wave = client.migration({ namespace: 'openshift-mtv', name: 'wave-1' });
    await expect(wave.state()).rejects.toMatchObject({ code: 'NotFound' });
    await client.close();
  });

  test('a field that Drover does not know is refused with file and line, without asking Temporal', async () => {
    const text = planText('wave-1', ['web-1']).replace('targetNamespace:', 'targetNamespaze:');
    const wrong = planFile(text);
    const answer = await drover(env('idle'), 'migrate', '-f', wrong);
    expect(answer.code).toBe(2);
    expect(answer.stderr).toContain(`${wrong}:${lineOf(text, 'targetNamespaze')}: spec.targetNamespaze`);
  });

  test('a file that is not there is one line', async () => {
    const answer = await drover(env('idle'), 'plan', 'check', '-f', '/nowhere/plan.yaml');
    expect(answer).toMatchObject({
      code: 2,
      stderr: "drover: /nowhere/plan.yaml can't be read (no such file)\n",
    });
  });

  test('a VM that nobody knows is not found', async () => {
    const client = await DroverClient.connect({ env: env('idle') });
    await expect(client.vm('ghost')).rejects.toThrow(DroverError);
    await client.close();
    const answer = await drover(env('idle'), 'retry', 'ghost', '--why', 'x');
    expect(answer).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no migration of a VM "ghost"') as string,
    });
  });
});

/** An address that refuses connections. */
async function closedPort(): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return `127.0.0.1:${address.port}`;
}
