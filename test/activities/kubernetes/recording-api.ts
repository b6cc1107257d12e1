/** An API server that is real on the wire, and remembers what it is asked. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { ApiClient, type ApiClientOptions } from '../../../activities/kubernetes/api/api-client';
import { selfSigned } from '../../../lab/node/self-signed';

export interface RecordingApi {
  client: ApiClient;
  /** `GET /api/v1/namespaces/default/pods`, as they arrived. */
  asked: string[];
  close(): void;
}

/** @param path of the server's URL, before the API's own */
export async function recordingApi(
  listener: RequestListener = (_, answer) => answer.end('{"items":[],"metadata":{}}'),
  { path = '', ...options }: ApiClientOptions & { path?: string } = {},
): Promise<RecordingApi> {
  const asked: string[] = [];
  const server = createServer(selfSigned('api'), (request, answer) => {
    asked.push(`${request.method} ${request.url}`);
    listener(request, answer);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'api', server: url, skipTLSVerify: true },
    { name: 'user', token: 'any' },
  );
  const client = new ApiClient(config, options);
  const close = () => {
    client.close();
    server.closeAllConnections();
    server.close();
  };
  return { client, asked, close };
}
