/**
 * One way to Temporal for client and worker: `TEMPORAL_*` variables over the profile `TEMPORAL_PROFILE` of the
 * Temporal configuration file, as every Temporal tool reads them.
 */
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnection, NativeConnectionOptions } from '@temporalio/worker';
import { DroverError, GRPC, grpcCode } from './errors';

export interface ConnectOptions {
  /** Default: the process's environment. */
  env?: NodeJS.ProcessEnv;
  /** Profile of the Temporal configuration file; default `TEMPORAL_PROFILE`, else `default`. */
  profile?: string;
  /** `host:port`; wins over environment and profile. */
  address?: string;
  namespace?: string;
  /** How long to try, in milliseconds; default 5 s. */
  timeoutMs?: number;
}

/** Where to connect, as far as anyone may see it: no key, no certificate. */
export interface TemporalPlace {
  address: string;
  namespace: string;
}

interface ConnectConfig extends TemporalPlace {
  connection: NativeConnectionOptions;
}

const DEFAULT_TIMEOUT_MS = 5_000;

export function readConnectConfig(options: ConnectOptions = {}): ConnectConfig {
  const config = loadConfig(options);
  const address = options.address ?? config.connectionOptions.address ?? 'localhost:7233';
  return {
    address,
    namespace: options.namespace ?? config.namespace ?? 'default',
    connection: { ...config.connectionOptions, address },
  };
}

function loadConfig(options: ConnectOptions): ReturnType<typeof loadClientConnectConfig> {
  try {
    return loadClientConnectConfig({
      ...(options.profile === undefined ? {} : { profile: options.profile }),
      ...(options.env === undefined ? {} : { overrideEnvVars: definedOf(options.env) }),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unreadable';
    throw new DroverError('InvalidInput', `Temporal's configuration can't be read: ${reason}`);
  }
}

function definedOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Errors: `Unreachable`, with the address. The caller closes `client.connection`. */
export async function connect(
  options: ConnectOptions = {},
): Promise<Client & { readonly connection: Connection }> {
  const { connection: connectionOptions, ...place } = readConnectConfig(options);
  try {
    const connection = await Connection.connect({
      ...connectionOptions,
      connectTimeout: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    });
    return new Client({ connection, namespace: place.namespace }) as Client & {
      readonly connection: Connection;
    };
  } catch (error) {
    throw unreachable(place, error);
  }
}

export interface NativeTemporal extends TemporalPlace {
  connection: NativeConnection;
}

/** The same for a worker. Loads the SDK's native core, which a client does without. */
export async function connectNative(options: ConnectOptions = {}): Promise<NativeTemporal> {
  const { connection: connectionOptions, ...place } = readConnectConfig(options);
  const { NativeConnection } = await import('@temporalio/worker');
  try {
    // Our payloads are small: to compress each takes more of the worker and the server than it spares the network.
    const grpcCompression = { codec: 'none' } as const;
    return {
      ...place,
      connection: await NativeConnection.connect({ ...connectionOptions, grpcCompression }),
    };
  } catch (error) {
    throw unreachable(place, error);
  }
}

function unreachable({ address }: TemporalPlace, error: unknown): DroverError {
  const code = grpcCode(error);
  if (code === GRPC.unauthenticated || code === GRPC.permissionDenied) {
    return new DroverError(
      'Unreachable',
      `Temporal at ${address} refuses the login; check TEMPORAL_API_KEY or the client certificate`,
    );
  }
  return new DroverError(
    'Unreachable',
    `Temporal can't be reached at ${address}; start it, or set TEMPORAL_ADDRESS or TEMPORAL_PROFILE`,
    { cause: error },
  );
}
