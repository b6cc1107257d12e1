/** A vCenter that is real on the wire, and answers what a test likes. */
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
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
  answerWith: (answer: ServerResponse, request: IncomingMessage) => void,
): Promise<ForeignVcenter> {
  const asked: string[] = [];
  const identity = selfSigned('vcenter');
  const server = createServer(identity, (request, answer) => {
    void text(request).then((body) => {
      asked.push(body);
      answerWith(answer, request);
    });
  }).listen(0, '127.0.0.1');
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

/** An answer to any call. */
export function envelope(content: string): string {
  return `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><LoginResponse xmlns="urn:vim25"><returnval>${content}</returnval></LoginResponse></Body></Envelope>`;
}
