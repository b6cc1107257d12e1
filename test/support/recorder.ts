/**
 * An attacker's server: takes whatever it is sent for a vCenter's and a cluster's, and notes it. Its certificate is its
 * own authority, so that a worker which trusts that file trusts it as any server of the public.
 */
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { selfSigned } from '../../lab/node/self-signed';

const CONTENT = ['rootFolder', 'propertyCollector', 'viewManager', 'sessionManager', 'eventManager']
  .map((name) => `<${name} type="${name}">${name}</${name}>`)
  .join('');

export class Recorder {
  /** Head and body of each request. */
  readonly heard: string[] = [];

  private constructor(
    private readonly server: Server,
    /** `localhost:…` */
    readonly host: string,
    /** PEM file of what to trust. */
    readonly caFile: string,
  ) {}

  static async start(dir: string): Promise<Recorder> {
    const pair = selfSigned('localhost');
    const server = createServer(pair);
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    const caFile = join(dir, 'recorder.pem');
    writeFileSync(caFile, pair.cert);
    const recorder = new Recorder(server, `localhost:${(server.address() as AddressInfo).port}`, caFile);
    server.on('request', (request, response) => {
      void text(request).then((body) => {
        recorder.heard.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)} ${body}`);
        response.setHeader('set-cookie', 'vmware_soap_session=1');
        response.end(answerTo(body));
      });
    });
    return recorder;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

function answerTo(body: string): string {
  const operation = /<(?:\w+:)?Body><(?:\w+:)?(\w+)/.exec(body)?.[1];
  if (operation === undefined) return '{"items":[],"metadata":{}}';
  const value = `<about><instanceUuid>evil</instanceUuid></about>${CONTENT}`;
  const answer = `<${operation}Response xmlns="urn:vim25"><returnval>${value}</returnval></${operation}Response>`;
  return `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>${answer}</Body></Envelope>`;
}
