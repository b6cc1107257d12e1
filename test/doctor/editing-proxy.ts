/** A way to a real server on which some answers are others: what a cluster or a vCenter lacks, without taking it from other tests. */
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { selfSigned } from '../../lab/node/self-signed';

export interface EditingProxy {
  /** `https://127.0.0.1:PORT` */
  url: string;
  /** SHA-1 of its certificate. */
  thumbprint: string;
  /** From an answer of the server to the one that is given; what is changed has status 200. */
  edit: (path: string, answer: string) => string;
  /** By how much its clock differs. */
  secondsAhead: number;
  close(): void;
}

/** @param upstream URL of the server */
export async function editingProxy(upstream: string): Promise<EditingProxy> {
  const certificate = selfSigned('proxy', { onLoopback: true });
  const server = createServer(certificate, (incoming, answer) => {
    const { method, headers, url = '' } = incoming;
    // The other end is a lab on this machine.
    const options = { method, headers, rejectUnauthorized: false };
    const outgoing = request(new URL(url, upstream), options, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => {
        const text = Buffer.concat(pieces).toString('utf8');
        const edited = proxy.edit(url, text);
        const status = edited === text ? (response.statusCode ?? 500) : 200;
        answer.writeHead(status, headersOf(response.headers, edited, proxy.secondsAhead)).end(edited);
      });
    });
    outgoing.on('error', () => answer.destroy());
    incoming.pipe(outgoing);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const proxy: EditingProxy = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    thumbprint: new X509Certificate(certificate.cert).fingerprint,
    edit: (_, answer) => answer,
    secondsAhead: 0,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return proxy;
}

/** The answer may be of another length than the server's. */
function headersOf(headers: IncomingHttpHeaders, text: string, secondsAhead: number): IncomingHttpHeaders {
  const own: IncomingHttpHeaders = { ...headers, 'content-length': `${Buffer.byteLength(text)}` };
  delete own['transfer-encoding'];
  if (own.date !== undefined) own.date = new Date(Date.parse(own.date) + secondsAhead * 1000).toUTCString();
  return own;
}
