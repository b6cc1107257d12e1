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
  /** That it knows from the start, as `name=type`; default none. */
  searchAttributes?: readonly string[];
  /** As `name=value`, instead of the lab's. */
  settings?: readonly string[];
  /** How long its start may take, in milliseconds. */
  patienceMs?: number;
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
    const own = await startAtFreePort({ ...options, binary: source.binary });
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

const MOST_STARTS = 3;

/** Between the choice of a port and its use, somebody else may take it. The server chooses more of them itself. */
async function startAtFreePort(options: TemporalOptions): Promise<Temporal> {
  for (let starts = 1; ; starts += 1) {
    try {
      return await startTemporal(options);
    } catch (error) {
      const isTaken = (error as Error).message.includes('address already in use');
      if (!isTaken || starts === MOST_STARTS) throw error;
    }
  }
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

/** The lab's settings. */
const DYNAMIC_CONFIG: readonly string[] = [
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
  const { searchAttributes = [], settings = DYNAMIC_CONFIG } = options;
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
      ...searchAttributes.map((attribute) => `--search-attribute=${attribute}`),
      ...settings.map((setting) => `--dynamic-config-value=${setting}`),
      ...(options.dbFilename === undefined ? [] : [`--db-filename=${options.dbFilename}`]),
    ],
    logDir: options.logDir,
    env: SPARING_GO,
    lifetime: options.lifetime ?? 'caller',
  });
  const stop = () => stopProcess(server);
  try {
    await untilReady(server, () => servesNamespace(address), options.patienceMs);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address, namespace: NAMESPACE, process: server, stop };
}

/** True once workflows can be started at this address. */
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
