/** A server with disks, as vCenter offers them to importers: basic authentication, a thumbprint, bytes. */
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { selfSigned } from '../../../lab/node/self-signed';

export const LOGIN = { user: 'administrator@lab', password: 'correct horse' };

export interface TestSource {
  /** `https://127.0.0.1:PORT/sdk` */
  url: string;
  thumbprint: string;
  /** Disks by backing file; what is not here answers 404. */
  disks: Map<string, Buffer>;
  stop(): void;
}

export async function startTestSource(): Promise<TestSource> {
  const { key, cert } = selfSigned('vcenter.test');
  const disks = new Map<string, Buffer>();
  const expected = `Basic ${Buffer.from(`${LOGIN.user}:${LOGIN.password}`).toString('base64')}`;
  const server = createServer({ key, cert }, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://vcenter.test');
    const file = decodeURIComponent(url.pathname.replace('/folder/', '')).replace('-flat.vmdk', '.vmdk');
    const disk = disks.get(`[${url.searchParams.get('dsName')}] ${file}`);
    const status = request.headers.authorization !== expected ? 401 : disk === undefined ? 404 : 200;
    response.writeHead(status, status === 200 ? { 'content-length': disk?.length } : {});
    response.end(status === 200 ? disk : undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/sdk`,
    thumbprint: new X509Certificate(cert).fingerprint,
    disks,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
