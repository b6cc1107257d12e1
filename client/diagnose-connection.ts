/**
 * Why Temporal can't be reached. gRPC tries again until its deadline and then only says that it is over; so the address is
 * asked once more, without gRPC: by TCP, and by TLS where either side may speak it.
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';

/** As the SDK's `tls` option has it; only what matters here. */
export interface TlsSettings {
  serverNameOverride?: string;
  serverRootCACertificate?: Uint8Array;
  clientCertPair?: { crt: Uint8Array; key: Uint8Array };
}

/** What was found, in one clause, and what would be right. */
export interface Diagnosis {
  found: string;
  remedy: string;
}

/** For each step. A command has waited for gRPC's deadline already, and a server nearby answers within milliseconds. */
const PATIENCE_MS = 2_000;

/** Null where nothing listens there: then all is said. @param address `host:port` */
export async function diagnoseConnection(
  address: string,
  tls: TlsSettings | null,
): Promise<Diagnosis | null> {
  const { host, port } = splitAddress(address);
  try {
    await within(connectTcp({ host, port }), 'connect');
  } catch (error) {
    return describeTcp(codeOf(error), host);
  }
  return tls === null ? diagnosePlain(host, port) : diagnoseTls(host, port, tls);
}

/** Temporal's own, where an address names none. */
const DEFAULT_PORT = 7233;

export function splitAddress(address: string): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(address) ?? [];
  return { host: bracketed ?? plain ?? address, port: port === undefined ? DEFAULT_PORT : Number(port) };
}

function describeTcp(code: string, host: string): Diagnosis | null {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return { found: `no address is known for the host ${host}`, remedy: 'check TEMPORAL_ADDRESS' };
  if (code === SILENT)
    return {
      found: 'nothing answers there',
      remedy: 'check TEMPORAL_ADDRESS, the network and its firewalls',
    };
  return null;
}

async function diagnosePlain(host: string, port: number): Promise<Diagnosis> {
  try {
    await within(
      connectTls({ host, port, rejectUnauthorized: false, ALPNProtocols: ['h2'] }),
      'secureConnect',
    );
    return { found: 'the server speaks TLS, and TEMPORAL_TLS is not set', remedy: 'set TEMPORAL_TLS=true' };
  } catch (error) {
    // A server that wants a certificate of its client's says so in TLS.
    if (/alert/i.test(codeOf(error)))
      return { found: 'the server speaks TLS, and TEMPORAL_TLS is not set', remedy: 'set TEMPORAL_TLS=true' };
    return NO_TEMPORAL;
  }
}

const NO_TEMPORAL: Diagnosis = {
  found: 'something accepts the connection and does not answer as Temporal',
  remedy: 'check TEMPORAL_ADDRESS, and that the server there is well',
};

async function diagnoseTls(host: string, port: number, tls: TlsSettings): Promise<Diagnosis> {
  try {
    const socket = connectTls(tlsOptions(host, port, tls));
    // With TLS 1.3 a server judges the client's certificate after the handshake.
    await within(socket, 'secureConnect', { until: 'data' });
    return NO_TEMPORAL;
  } catch (error) {
    return describeTls(codeOf(error), tls);
  }
}

function tlsOptions(host: string, port: number, tls: TlsSettings): ConnectionOptions {
  const ca = tls.serverRootCACertificate;
  const pair = tls.clientCertPair;
  const serverName = tls.serverNameOverride ?? (isIP(host) === 0 ? host : '');
  return {
    host,
    port,
    // An address is no server name; the certificate is still compared with it.
    ...(serverName === '' ? {} : { servername: serverName }),
    ALPNProtocols: ['h2'],
    ...(ca === undefined ? {} : { ca: Buffer.from(ca) }),
    ...(pair === undefined ? {} : { cert: Buffer.from(pair.crt), key: Buffer.from(pair.key) }),
  };
}

const UNTRUSTED =
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(_LOCALLY)?)|CERT_(SIGNATURE_FAILURE|UNTRUSTED))$/;

function describeTls(code: string, tls: TlsSettings): Diagnosis {
  if (code === SILENT) return NO_TEMPORAL;
  if (UNTRUSTED.test(code)) {
    const remedy = 'set TEMPORAL_TLS_SERVER_CA_CERT_PATH to the CA that signed it';
    return { found: `the server's certificate is not trusted (${code})`, remedy };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const remedy = 'set TEMPORAL_TLS_SERVER_NAME to a name that it has';
    return { found: "the server's certificate is for another name", remedy };
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return { found: `the server's certificate is out of date (${code})`, remedy: 'renew it' };
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/.test(code)) {
    const remedy = 'unset TEMPORAL_TLS and its certificates, and TEMPORAL_API_KEY, which implies it';
    return { found: 'TLS is set, and the server does not speak it', remedy };
  }
  // Some servers say why in TLS, others just close.
  if (/ALERT/i.test(code) || (code === 'closed' && tls.clientCertPair !== undefined)) {
    const which =
      tls.clientCertPair === undefined ? 'wants a client certificate' : 'refuses the client certificate';
    const remedy = 'set TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH to one that it trusts';
    return { found: `the server ${which}`, remedy };
  }
  if (/PEM|ASN1|NO_START_LINE|KEY_VALUES_MISMATCH/i.test(code)) {
    const remedy = 'check the files that TEMPORAL_TLS_…_PATH name';
    return { found: `a certificate or key is unusable (${code})`, remedy };
  }
  return { found: `TLS fails (${code})`, remedy: 'check TEMPORAL_TLS and its certificates' };
}

const SILENT = 'silent';

/**
 * Waits for the event, and ends the socket whatever comes.
 *
 * @throws the socket's, or one of code `silent`
 */
async function within(socket: Socket, event: string, more: { until?: string } = {}): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(Object.assign(new Error('silence'), { code: SILENT })),
        PATIENCE_MS,
      );
      const end = (settle: () => void) => () => {
        clearTimeout(timer);
        settle();
      };
      socket.once('error', (error) => end(() => reject(error))());
      socket.once('close', () => end(() => reject(Object.assign(new Error('closed'), { code: 'closed' })))());
      socket.once(event, () => {
        if (more.until === undefined) return end(resolve)();
        socket.once(more.until, end(resolve));
      });
    });
  } finally {
    socket.destroy();
    // What comes now, nobody asked for.
    socket.on('error', () => undefined);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.message : 'unknown');
}
