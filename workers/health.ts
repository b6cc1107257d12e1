/** What probes ask of a worker's process: does it turn (`/livez`), and does it take work (`/readyz`)? */
import { createServer, type Server } from 'node:http';
import type { Worker } from '@temporalio/worker';
import { DroverError } from '../client/errors';
import { formatAddress, type ListenAddress } from './listen-address';

/** Milliseconds. A server that does not answer within this time counts as not reached. */
const ANSWER_MS = 3_000;
/** Milliseconds that a worker stays ready without reaching Temporal: a restart of the server must not make it unready. */
const LATELY_MS = 30_000;

/** The workers of a process, and whether Temporal answers it. Throws what the client throws when it does not. */
export interface Working {
  workers: readonly Pick<Worker, 'getState'>[];
  askTemporal: (deadline: Date) => Promise<unknown>;
}

/** What keeps a process from taking work, if anything does. */
export class Readiness {
  private working: Working | null = null;
  private answeredAt = 0;

  /** From now on it may be ready. */
  begin(working: Working): void {
    this.working = working;
  }

  /** One clause, or null where it is ready. */
  async obstacle(): Promise<string | null> {
    if (this.working === null) return 'it connects to Temporal and the cluster';
    const { workers, askTemporal } = this.working;
    const idle = workers.map((worker) => worker.getState()).find((state) => state !== 'RUNNING');
    if (idle !== undefined) return `a worker is ${idle}`;
    try {
      await askTemporal(new Date(Date.now() + ANSWER_MS));
      this.answeredAt = Date.now();
      return null;
    } catch {
      return Date.now() - this.answeredAt < LATELY_MS ? null : 'Temporal does not answer';
    }
  }
}

export interface HealthServer {
  close(): Promise<void>;
}

/**
 * Answers probes from now on. That it answers at all says that the process turns.
 * @throws `InvalidInput` where nothing can listen there.
 */
export async function serveHealth(address: ListenAddress, readiness: Readiness): Promise<HealthServer> {
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
    const answer = (status: number, line: string) =>
      void response.writeHead(status, { 'Content-Type': 'text/plain', Connection: 'close' }).end(`${line}\n`);
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, 'GET only');
    switch (request.url) {
      case '/livez':
        return answer(200, 'ok');
      case '/readyz':
        void readiness.obstacle().then((why) => answer(why === null ? 200 : 503, why ?? 'ok'));
        return;
      default:
        return answer(404, '/livez or /readyz');
    }
  });
  await listen(server, address);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ code = 'no reason given' }: NodeJS.ErrnoException) => {
      const where = formatAddress(address);
      const message = `DROVER_HEALTH: nothing can listen at ${where} (${code}); name a free port of this machine`;
      reject(new DroverError('InvalidInput', message));
    });
    server.listen({ host: address.host, port: address.port }, () => resolve());
  });
}
