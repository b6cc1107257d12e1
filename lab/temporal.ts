/** A real Temporal dev server on this machine. */
import { Connection } from '@temporalio/client';
import { setUp } from '../client/setup';
import type { TemporalSource } from './ingredients';
import { SPARING_GO } from './go-environment';
import { freePort } from './ports';
import { type ProcessSpec, type StartedProcess, startProcess, stopProcess } from './process';
import { untilReady } from './ready';
import { LabRefusal } from './refusal';

export interface TemporalOptions {
  /** The `temporal` command line. */
  binary: string;
  logDir: string;
  /** Keeps workflows over restarts; absent means in memory, which is quicker. */
  dbFilename?: string;
  /** To come back where clients look for it after a restart; absent means a free one. */
  port?: number;
  /** Whether the server lives on when the caller ends; default `caller`. */
  lifetime?: ProcessSpec['lifetime'];
}

export interface Temporal {
  /** `127.0.0.1:PORT` */
  address: string;
  namespace: string;
  process: StartedProcess;
  stop(): Promise<void>;
}

/** A Temporal server that the lab uses: its own, or one that the user lends. */
export interface OpenTemporal {
  address: string;
  namespace: string;
  /** Null for a lent server. */
  process: StartedProcess | null;
  stop(): Promise<void>;
}

const NAMESPACE = 'default';
const RETENTION_DAYS = 30;

/** Starts a server from the given program; a lent one is used as it is, in the namespace of TEMPORAL_NAMESPACE. */
export async function openTemporal({
  source,
  ...options
}: Omit<TemporalOptions, 'binary'> & { source: TemporalSource }): Promise<OpenTemporal> {
  if ('binary' in source) {
    const own = await startTemporal({ ...options, binary: source.binary });
    await setUpForDrover(own, RETENTION_DAYS);
    return own;
  }
  const namespace = process.env.TEMPORAL_NAMESPACE ?? NAMESPACE;
  const lent = { address: source.address, namespace, process: null, stop: () => Promise.resolve() };
  try {
    await setUpForDrover(lent);
  } catch (error) {
    throw new LabRefusal(
      `the Temporal server of TEMPORAL_ADDRESS (${source.address}) can't be used: ${(error as Error).message}; ` +
        'unset TEMPORAL_ADDRESS and the lab starts its own',
      { cause: error },
    );
  }
  return lent;
}

/** A lent server is asked while the lab's own parts start, which takes all of a small machine for seconds. */
const SET_UP_CONNECT_TIMEOUT = '20s';

/** What `drover setup` does. The dev server's own retention of a day would be complained about. */
async function setUpForDrover(
  { address, namespace }: Pick<OpenTemporal, 'address' | 'namespace'>,
  retentionDays?: number,
): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: SET_UP_CONNECT_TIMEOUT });
  try {
    await setUp(connection, { namespace, ...(retentionDays !== undefined && { retentionDays }) });
  } finally {
    await connection.close();
  }
}

const DYNAMIC_CONFIG = [
  // A few workers share one queue: more partitions would only pass tasks on to each other.
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
  // Tasks are handed out by the history shard, of which the dev server has one and production has hundreds: at the
  // default of 20 polls a second each step of any workflow would wait for up to 50 ms.
  'history.transferProcessorMaxPollRPS=2000',
  // A step whose worker is the one that asked for it comes back with the answer, not by way of its queue.
  'system.enableActivityEagerExecution=true',
  // The dev server's own default has it read the list of search attributes from its store each time that it meets one.
  'system.forceSearchAttributesCacheRefreshOnRead=false',
  // An old version of workers is known to be of no use in seconds; by default it takes minutes.
  'matching.wv.VersionDrainageStatusVisibilityGracePeriod="5s"',
  'matching.wv.VersionDrainageStatusRefreshInterval="5s"',
];

/** Resolves when workflows can be started. */
export async function startTemporal(options: TemporalOptions): Promise<Temporal> {
  const port = options.port ?? (await freePort());
  const address = `127.0.0.1:${port}`;
  const server = await startProcess({
    name: 'temporal',
    command: options.binary,
    args: [
      'server',
      'start-dev',
      '--headless',
      '--ip=127.0.0.1',
      `--port=${port}`,
      '--log-level=warn',
      ...DYNAMIC_CONFIG.map((setting) => `--dynamic-config-value=${setting}`),
      ...(options.dbFilename === undefined ? [] : [`--db-filename=${options.dbFilename}`]),
    ],
    logDir: options.logDir,
    env: SPARING_GO,
    lifetime: options.lifetime ?? 'caller',
  });
  const stop = () => stopProcess(server);
  try {
    await untilReady(server, () => servesNamespace(address));
  } catch (error) {
    await stop();
    throw error;
  }
  return { address, namespace: NAMESPACE, process: server, stop };
}

async function servesNamespace(address: string): Promise<boolean> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address, connectTimeout: '2s' });
    await connection.workflowService.describeNamespace({ namespace: NAMESPACE });
    return true;
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}
