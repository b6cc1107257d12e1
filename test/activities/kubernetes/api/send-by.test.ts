/** A change whose moment may pass before it is sent. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { ApiClient } from '../../../../activities/kubernetes/api/api-client';
import { VIRTUAL_MACHINES } from '../../../../activities/kubernetes/api/kinds';
import { recordingApi } from '../recording-api';

const REF = { name: 'web', namespace: 'migrated' };
const start = (client: ApiClient, sendBy: number) =>
  client.patch(VIRTUAL_MACHINES, REF, { spec: { runStrategy: 'Always' } }, { sendBy });
const NEVER_SENT = {
  type: 'WaitFailed',
  nonRetryable: false,
  message: 'patch virtualmachines migrated/web: not sent, because its moment was over',
};

test('it is sent in its moment, and not after it', async () => {
  const api = await recordingApi((_, answer) => void answer.end('{"metadata":{}}'));
  try {
    await start(api.client, Date.now() + 60_000);
    expect(api.asked).toHaveLength(1);
    await expect(start(api.client, Date.now())).rejects.toMatchObject(NEVER_SENT);
    expect(api.asked).toHaveLength(1);
  } finally {
    api.close();
  }
});

test('a connection that is not made in time never takes it', async () => {
  const sockets: Socket[] = [];
  // It takes the connection, and never says a word.
  const server = createServer((socket) => sockets.push(socket.on('error', () => undefined))).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const config = new KubeConfig();
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  config.loadFromClusterAndUser(
    { name: 'api', server: url, skipTLSVerify: true },
    { name: 'user', token: 'any' },
  );
  const client = new ApiClient(config);
  try {
    await expect(start(client, Date.now() + 200)).rejects.toMatchObject(NEVER_SENT);
  } finally {
    client.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});
