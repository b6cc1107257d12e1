import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { chooseTemporal, provideTemporal } from '../../lab/binaries';
import { thisMachine } from '../../lab/machine';
import { freePorts } from '../../lab/ports';
import { isRunning } from '../../lab/process';
import { LabRefusal } from '../../lab/refusal';
import { openTemporal, startTemporal } from '../../lab/temporal';
import { searchAttributes } from '../../workflows/temporal-api';

const logDir = mkdtempSync(join(tmpdir(), 'drover-temporal-'));
afterAll(() => rmSync(logDir, { recursive: true, force: true }));

async function ownBinary(): Promise<string> {
  const choice = chooseTemporal({ ...thisMachine(), env: { ...process.env, TEMPORAL_ADDRESS: '' } });
  if (choice.from === 'given') throw new Error('this test needs a server of its own');
  return provideTemporal(choice, () => undefined);
}

async function withClient<T>(address: string, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

test('a server with a database comes back at its port with the workflows that it had', async () => {
  const options = { binary: await ownBinary(), logDir, dbFilename: join(logDir, 'temporal.db') };
  const first = await startTemporal(options);
  await withClient(first.address, ({ workflow }) =>
    workflow.start('none', { workflowId: 'survivor', taskQueue: 'nobody' }),
  );
  await first.stop();
  expect(isRunning(first.process)).toBe(false);

  const second = await startTemporal({ ...options, port: Number(first.address.split(':')[1]) });
  expect(second.address).toBe(first.address);
  const { status } = await withClient(second.address, ({ workflow }) =>
    workflow.getHandle('survivor').describe(),
  );
  expect(status.name).toBe('RUNNING');
  await second.stop();
});

test("the lab's server knows Drover's search attributes from the start", async () => {
  const server = await openTemporal({ source: { binary: await ownBinary() }, logDir });
  const { customAttributes } = await withClient(server.address, ({ connection }) =>
    connection.operatorService.listSearchAttributes({ namespace: server.namespace }),
  );
  const names = Object.values(searchAttributes).map(({ name }) => name);
  expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(names));
  await server.stop();
});

test('a server whose port was taken in the meantime is started again at another one', async () => {
  const binary = join(logDir, 'once-taken');
  const script = `[ -e "$0.tried" ] && exec ${await ownBinary()} "$@"
    touch "$0.tried"; echo 'listen tcp 127.0.0.1:1: bind: address already in use' >&2; exit 1`;
  writeFileSync(binary, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const server = await openTemporal({ source: { binary }, logDir });
  await withClient(server.address, ({ workflow }) =>
    workflow.start('none', { workflowId: 'first', taskQueue: 'nobody' }),
  );
  await server.stop();
});

test('a lent server that does not answer is refused with the way out', async () => {
  const [port] = await freePorts(1);
  const opening = openTemporal({ source: { address: `127.0.0.1:${port}` }, logDir });
  await expect(opening).rejects.toThrow(
    /TEMPORAL_ADDRESS \(127\.0\.0\.1:\d+\) can't be used: .*unset TEMPORAL_ADDRESS/,
  );
  await expect(opening).rejects.toBeInstanceOf(LabRefusal);
});
