/** An HTTPS server on loopback that the API server asks about requests: what webhooks of admission are served by. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { keepIdleConnections } from '../idle-connections';
import { selfSigned } from '../node/self-signed';
import { readAll } from './cluster';

interface Verdict {
  /** JSON Patch of the object that was asked about. */
  patch?: readonly object[];
}

/** Answers the requests of one path: it admits all of them. */
type Webhook = () => Verdict;

export interface WebhookServer {
  /** For a webhook's `clientConfig`. */
  clientConfig(path: string): { url: string; caBundle: string };
  stop(): Promise<void>;
}

interface Review {
  request: { uid: string };
}

/** @param webhooks by path, as `/datavolume-validate` */
export async function serveWebhooks(webhooks: Readonly<Record<string, Webhook>>): Promise<WebhookServer> {
  const certificate = selfSigned('webhooks', { onLoopback: true });
  const server = createServer(certificate, (request, response) => {
    void answer(webhooks, request, response);
  });
  keepIdleConnections(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const caBundle = Buffer.from(certificate.cert).toString('base64');
  return {
    clientConfig: (path) => ({ url: `https://127.0.0.1:${port}${path}`, caBundle }),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answer(
  webhooks: Readonly<Record<string, Webhook>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // The API server adds `?timeout=…`.
  const webhook = webhooks[(request.url ?? '').replace(/\?.*$/, '')];
  try {
    if (webhook === undefined) throw new Error(`there is no webhook at ${request.url}`);
    const { request: asked } = JSON.parse(await readAll(request)) as Review;
    const review = {
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: asked.uid, ...responseOf(webhook()) },
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(review));
  } catch (error) {
    response.writeHead(500).end(error instanceof Error ? error.message : String(error));
  }
}

function responseOf({ patch }: Verdict): object {
  if (patch === undefined) return { allowed: true };
  return {
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
  };
}
