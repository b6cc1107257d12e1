/** A vCenter that is real on the wire, and answers what a test likes. */
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SoapPort } from '../../../activities/vsphere/soap-port';
import { selfSigned } from '../../../lab/node/self-signed';

export interface ForeignVcenter {
  port: SoapPort;
  /** Bodies of the requests. */
  asked: string[];
  close(): void;
}

export async function foreignVcenter(
  answerWith: (answer: ServerResponse, operation: string) => void,
): Promise<ForeignVcenter> {
  const asked: string[] = [];
  const identity = selfSigned('vcenter');
  const server = createServer(identity, (request, answer) => {
    void text(request).then((body) => {
      asked.push(body);
      answerWith(answer, /<soap:Body><(?:\w+:)?(\w+)/.exec(body)?.[1] ?? '');
    });
  }).listen(0, '127.0.0.1');
  // Both ends are in this process: while it reads a long answer, a connection must not pass for forgotten.
  server.keepAliveTimeout = 60_000;
  await once(server, 'listening');
  const { fingerprint256: thumbprint } = new X509Certificate(identity.cert);
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/sdk`;
  const port = await SoapPort.open(url, { kind: 'thumbprint', thumbprint });
  const close = () => {
    port.close();
    server.closeAllConnections();
    server.close();
  };
  return { port, asked, close };
}

/** An answer to a call. */
export function envelope(operation: string, content: string): string {
  return `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><${operation}Response xmlns="urn:vim25"><returnval>${content}</returnval></${operation}Response></Body></Envelope>`;
}
