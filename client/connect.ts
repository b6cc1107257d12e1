/**
 * One way to Temporal for client and worker: `TEMPORAL_*` variables over the profile `TEMPORAL_PROFILE` of the
 * Temporal configuration file, as every Temporal tool reads them.
 */
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnection, NativeConnectionOptions } from '@temporalio/worker';
import { type TlsSettings, diagnoseConnection } from './diagnose-connection';
import { DroverError, GRPC, grpcCode } from './errors';
import { readTemporalVariables, requireWholePair } from './temporal-variables';

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
  if (!isAddress(address)) {
    const message = `Temporal's address is ${JSON.stringify(address)}; set TEMPORAL_ADDRESS to host:port, as localhost:7233`;
    throw new DroverError('InvalidInput', message);
  }
  return {
    address,
    namespace: options.namespace ?? config.namespace ?? 'default',
    connection: { ...config.connectionOptions, address },
  };
}

const HOST_PORT = /^(?:\[[0-9A-Fa-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/;

function isAddress(text: string): boolean {
  const [whole, port = '7233'] = HOST_PORT.exec(text) ?? [];
  return whole !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
}

function loadConfig({
  env = process.env,
  profile,
}: ConnectOptions): ReturnType<typeof loadClientConnectConfig> {
  const variables = readTemporalVariables(env);
  const config = readProfile(variables, profile);
  const { tls } = config.connectionOptions;
  if (typeof tls === 'object' && tls?.clientCertPair === undefined) requireWholePair(variables);
  return config;
}

function readProfile(
  variables: Record<string, string>,
  profile: string | undefined,
): ReturnType<typeof loadClientConnectConfig> {
  try {
    return loadClientConnectConfig({
      ...(profile === undefined ? {} : { profile }),
      overrideEnvVars: variables,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unreadable';
    throw new DroverError('InvalidInput', `Temporal's configuration can't be read: ${reason}`);
  }
}

/**
 * The caller closes `client.connection`.
 *
 * @throws `InvalidInput`; `Unreachable`, with the address and why
 */
export async function connect(
  options: ConnectOptions = {},
): Promise<Client & { readonly connection: Connection }> {
  const { connection: connectionOptions, ...place } = readConnectConfig(options);
  const connection = Connection.lazy({
    ...connectionOptions,
    connectTimeout: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
  });
  try {
    await connection.ensureConnected();
    return new Client({ connection, namespace: place.namespace }) as Client & {
      readonly connection: Connection;
    };
  } catch (error) {
    // Else it would go on trying.
    await connection.close();
    throw await unreachable(place, connectionOptions, error);
  }
}

export interface NativeTemporal extends TemporalPlace {
  connection: NativeConnection;
}

/**
 * Connects a worker. Loads the SDK's native core, which a client does not need. A client connects first: the core tries
 * for half a minute or for ever, and does not say why.
 */
export async function connectNative(options: ConnectOptions = {}): Promise<NativeTemporal> {
  await (await connect(options)).connection.close();
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
    throw await unreachable(place, connectionOptions, error);
  }
}

async function unreachable(
  { address }: TemporalPlace,
  { tls }: NativeConnectionOptions,
  error: unknown,
): Promise<DroverError> {
  const code = grpcCode(error);
  if (code === GRPC.unauthenticated || code === GRPC.permissionDenied) {
    return new DroverError(
      'Unreachable',
      `Temporal at ${address} refuses the login; check TEMPORAL_API_KEY or the client certificate`,
    );
  }
  const settings: TlsSettings | null = tls === true ? {} : tls || null;
  const why = await diagnoseConnection(address, settings);
  if (why !== null) {
    const message = `Temporal can't be reached at ${address}: ${why.found}; ${why.remedy}`;
    return new DroverError('Unreachable', message, { cause: error });
  }
  return new DroverError(
    'Unreachable',
    `Temporal can't be reached at ${address}; start it, or set TEMPORAL_ADDRESS or TEMPORAL_PROFILE`,
    { cause: error },
  );
}
