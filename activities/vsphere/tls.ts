/** The only door to vCenter's network address: no byte is sent before its certificate is verified. */
import { Agent, type AgentOptions } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { failure } from '../failure';

/** How to know that a server is the right one. A thumbprint is the stricter and wins over an authority. */
export type Trust =
  | { kind: 'thumbprint'; thumbprint: string }
  /** `ca` in PEM; null means the system's own authorities. */
  | { kind: 'authority'; ca: string | null };

/** Fingerprints of a verified certificate: colon form, upper case. */
export interface Peer {
  sha1: string;
  sha256: string;
}

const CONNECT_TIMEOUT_MS = 15_000;
const KEPT_CONNECTIONS = 16;
const THUMBPRINT = /^([0-9A-F]{2}:){19}[0-9A-F]{2}$|^([0-9A-F]{2}:){31}[0-9A-F]{2}$/;

/**
 * Reads the trust from a Provider's Secret.
 * @throws SourceCertificateRefused for a wish not to verify, or a thumbprint that is none.
 */
export function readTrust(secret: Readonly<Record<string, string>>): Trust {
  if (secret.insecureSkipVerify?.trim() === 'true') {
    throw failure(
      'SourceCertificateRefused',
      'the Provider Secret sets insecureSkipVerify, which is refused',
    );
  }
  const thumbprint = secret.thumbprint?.trim().toUpperCase();
  if (!thumbprint) {
    return { kind: 'authority', ca: secret['ca.crt'] ?? secret.cacert ?? null };
  }
  if (!THUMBPRINT.test(thumbprint)) {
    throw failure(
      'SourceCertificateRefused',
      "the Provider Secret's thumbprint is neither SHA-1 nor SHA-256 in colon form",
    );
  }
  return { kind: 'thumbprint', thumbprint };
}

/** Connects, verifies, and only then hands the connection over to HTTP. */
export class VerifyingAgent extends Agent {
  /** The last verified certificate; null before the first connection. */
  peer: Peer | null = null;

  /** @param connections at most so many at once; more calls than that wait for each other */
  constructor(
    private readonly trust: Trust,
    connections = Infinity,
  ) {
    super({ keepAlive: true, maxSockets: connections, maxFreeSockets: KEPT_CONNECTIONS });
  }

  /** Calls that have a connection, or wait for one. */
  get atWork(): number {
    return [...Object.values(this.sockets), ...Object.values(this.requests)].flat().length;
  }

  /** Closes connections that no call uses. */
  dropIdle(): void {
    for (const socket of Object.values(this.freeSockets).flat()) socket?.destroy();
  }

  override createConnection(
    options: AgentOptions & ConnectionOptions,
    done?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const socket = connect({
      host: options.host,
      port: options.port,
      servername: isIP(options.host ?? '') ? '' : options.host,
      // Node would refuse without saying which certificate it saw; `verify` decides instead, before any data flows.
      rejectUnauthorized: false,
      ...(this.trust.kind === 'authority' && this.trust.ca !== null ? { ca: this.trust.ca } : {}),
    });
    const tooSlow = () =>
      socket.destroy(failure('SourceUnreachable', `no TLS handshake within ${CONNECT_TIMEOUT_MS / 1000} s`));
    const finish = (error: Error | null) => {
      socket.removeListener('secureConnect', verify).removeListener('error', finish);
      socket.setTimeout(0).removeListener('timeout', tooSlow);
      if (error) {
        socket.on('error', () => undefined).destroy();
      }
      done?.(error, socket);
    };
    const verify = () => {
      this.peer = fingerprints(socket);
      finish(refusal(socket, this.trust, this.peer));
    };
    socket.once('secureConnect', verify).once('error', finish).setTimeout(CONNECT_TIMEOUT_MS, tooSlow);
    return undefined;
  }
}

function fingerprints(socket: TLSSocket): Peer {
  const certificate = socket.getPeerCertificate();
  return { sha1: certificate.fingerprint, sha256: certificate.fingerprint256 };
}

function refusal(socket: TLSSocket, trust: Trust, peer: Peer): Error | null {
  switch (trust.kind) {
    case 'thumbprint':
      return trust.thumbprint === peer.sha1 || trust.thumbprint === peer.sha256
        ? null
        : refused('it is not the pinned one', peer);
    case 'authority':
      return socket.authorized ? null : refused(reason(socket.authorizationError), peer);
  }
}

function refused(why: string, peer: Peer): Error {
  return failure(
    'SourceCertificateRefused',
    `vCenter's certificate with SHA-1 ${peer.sha1} and SHA-256 ${peer.sha256} is refused: ${why}`,
  );
}

/** Node types this as an error but gives its code. */
function reason(error: Error | string | undefined): string {
  return typeof error === 'string' ? error : (error?.message ?? 'it could not be verified');
}
