/** The kubelet's endpoint for logs: the API server asks here on behalf of `kubectl logs`. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keepIdleConnections } from '../idle-connections';
import { type ContainerLog, isWanted, type LogQuery, present, readLog } from './container-log';
import { LimitedText } from './limited-text';
import type { PodWorker } from './pod-worker';
import { selfSigned } from './self-signed';

export interface LogServer {
  port: number;
  close(): Promise<void>;
}

/** Null where no such Pod is on this node. */
export type FindPod = (namespace: string, name: string) => PodWorker | null;

const LOG_PATH = /^\/containerLogs\/([^/]+)\/([^/]+)\/([^/]+)$/;

/** Listens on loopback only, with a self-signed certificate. */
export async function serveLogs(find: FindPod): Promise<LogServer> {
  const server = createServer(selfSigned('lab-node'), (request, response) => answer(find, request, response));
  keepIdleConnections(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function answer(find: FindPod, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'https://node');
  const [, namespace = '', name = '', container = ''] = LOG_PATH.exec(url.pathname) ?? [];
  const worker = find(namespace, name);
  const record = [...(worker?.init ?? []), ...(worker?.containers ?? [])].find((r) => r.name === container);
  if (!worker || !record) {
    response.writeHead(404).end(`no container ${container} of pod ${namespace}/${name} on this node\n`);
    return;
  }
  const previous = url.searchParams.get('previous') === 'true';
  const run = previous ? record.previousRun : record.latestRun;
  if (run === null) {
    const why = previous ? 'has no previous run' : `is waiting to start: ${record.state.waiting?.reason}`;
    response.writeHead(400).end(`container "${container}" in pod "${name}" ${why}`);
    return;
  }
  const query = logQuery(url.searchParams);
  const file = worker.logs.file(container, run);
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.flushHeaders();
  const text = new LimitedText(response, limitBytes(url.searchParams));
  // Nothing is awaited between reading the file and following: no line is lost, and none comes twice.
  readLog(file, query).forEach((line) => text.add(`${line}\n`));
  const live = worker.logs.latest(container);
  if (url.searchParams.get('follow') === 'true' && !previous && live && !live.ended && !text.full) {
    follow(live, query, { response, text });
  } else {
    response.end();
  }
}

interface Answer {
  response: ServerResponse;
  text: LimitedText;
}

function follow(log: ContainerLog, query: LogQuery, { response, text }: Answer): void {
  const pass = (line: string) => {
    if (isWanted(line, query)) text.add(`${present(line, query)}\n`);
    if (text.full) response.end();
  };
  const end = () => response.end();
  log.on('line', pass);
  log.once('end', end);
  response.once('close', () => {
    log.off('line', pass);
    log.off('end', end);
  });
}

function limitBytes(parameters: URLSearchParams): number {
  return Number(parameters.get('limitBytes') ?? Infinity);
}

function logQuery(parameters: URLSearchParams): LogQuery {
  const tail = parameters.get('tailLines');
  return {
    timestamps: parameters.get('timestamps') === 'true',
    since: since(parameters),
    tailLines: tail === null ? null : Number(tail),
  };
}

function since(parameters: URLSearchParams): number | null {
  const time = parameters.get('sinceTime');
  const seconds = parameters.get('sinceSeconds');
  if (time !== null) {
    return Date.parse(time);
  }
  return seconds === null ? null : Date.now() - Number(seconds) * 1000;
}
