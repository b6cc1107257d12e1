import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { ApiClient } from '../../../../activities/kubernetes/api/api-client';
import { CONFIG_MAPS } from '../../../../activities/kubernetes/api/kinds';
import { selfSigned } from '../../../../lab/node/self-signed';
import { freezableProxy, type FreezableProxy } from '../freezable-proxy';

// Long enough for a TLS handshake on a machine under load.
const TIMEOUT_MS = 5_000;
const REF = { name: 'any', namespace: 'any' };

let server: Server;
let proxy: FreezableProxy;
let client: ApiClient;

beforeEach(async () => {
  // Slow enough that requests at once need a connection each.
  server = createServer(selfSigned('api'), (_, answer) => {
    setTimeout(() => answer.end('{}'), 50);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await freezableProxy({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  const config = new KubeConfig();
  const cluster = { name: 'api', server: `https://127.0.0.1:${proxy.port}`, skipTLSVerify: true };
  config.loadFromClusterAndUser(cluster, { name: 'user', token: 'any' });
  client = new ApiClient(config, { timeoutMs: TIMEOUT_MS });
});

afterEach(() => {
  client.close();
  proxy.close();
  server.closeAllConnections();
  server.close();
});

test('after one connection fell silent, no request is tried on those that lay idle meanwhile', async () => {
  await Promise.all([1, 2, 3].map(() => client.get(CONFIG_MAPS, REF)));
  proxy.freeze();

  await expect(client.get(CONFIG_MAPS, REF)).rejects.toThrow('timeout');
  await expect(client.get(CONFIG_MAPS, REF)).resolves.toEqual({});
});
