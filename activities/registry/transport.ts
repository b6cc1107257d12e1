/**
 * Requests to registries and their token services: https, verified; a deadline; errors that hold no header or body.
 *
 * Plain http only for this machine itself, and for registries that the worker's operator names. As container engines
 * do, https is tried first there, too. This machine and its link are asked only where the operator lists the registry.
 */
import { Agent as PlainAgent, type IncomingMessage, request as plainRequest } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { rootCertificates } from 'node:tls';
import { readLimited, TooLong } from '../limited';
import { farLookup, isNearAddress } from './near-addresses';

/** Longest silence on a connection. */
const SILENCE_MS = 10_000;
/** What the distribution specification asks registries to take for a manifest. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
const MAX_REDIRECTS = 5;

export interface Ask {
  method: 'HEAD' | 'GET';
  url: URL;
  headers: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** There is no usable answer. `why` is a clause, safe to show. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';

  constructor(
    readonly kind: 'unreachable' | 'certificateRefused',
    readonly why: string,
  ) {
    super(why);
  }
}

export interface TransportOptions {
  /** PEM of authorities to trust beside the well-known ones; null for none. */
  ca: string | null;
  /** Registries, as `host:port`, that may be spoken to in the clear. */
  plainHttp: readonly string[];
  /** Registries, as `host:port`, that may be at an address of this machine or of its link; the others may not. */
  near: ReadonlySet<string>;
}

export class Transport {
  private readonly agent: Agent;
  private readonly plainAgent = new PlainAgent({ keepAlive: true });
  /** Hosts that were found to speak plain http. */
  private readonly plain = new Set<string>();

  constructor(private readonly options: TransportOptions) {
    const { ca } = options;
    this.agent = new Agent({ keepAlive: true, ...(ca === null ? {} : { ca: [...rootCertificates, ca] }) });
  }

  /**
   * Follows redirects; a login goes to no other host or port, and nowhere else in the clear.
   * @throws NoAnswer, and what the signal says where it ends the request
   */
  async send(ask: Ask, signal: AbortSignal): Promise<Answer> {
    let { url, headers } = ask;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const answer = await this.sendOnce({ ...ask, url, headers }, signal);
      const location = answer.headers.location;
      if (answer.status < 300 || answer.status > 399 || location === undefined) return answer;
      const next = redirected(location, url);
      if (next.origin !== url.origin) headers = withoutLogin(headers);
      url = next;
    }
    throw new NoAnswer('unreachable', 'it redirects without end');
  }

  close(): void {
    this.agent.destroy();
    this.plainAgent.destroy();
  }

  private async sendOnce(ask: Ask, signal: AbortSignal): Promise<Answer> {
    const { host, protocol } = ask.url;
    if (protocol !== 'https:' && protocol !== 'http:') {
      throw new NoAnswer('unreachable', `it refers to an address of another kind (${protocol})`);
    }
    if (!this.options.near.has(host) && isNearAddress(ask.url.hostname)) throw nearby();
    const mayBePlain = isLoopback(ask.url.hostname) || this.options.plainHttp.includes(host);
    if (protocol === 'http:' && !mayBePlain) {
      throw new NoAnswer('unreachable', `it refers to http://${host}, which is not encrypted`);
    }
    if (this.plain.has(host)) return this.exchange(inTheClear(ask), signal);
    try {
      return await this.exchange(ask, signal);
    } catch (error) {
      if (!mayBePlain || !(error instanceof NotTls)) throw error;
    }
    const answer = await this.exchange(inTheClear(ask), signal);
    this.plain.add(host);
    return answer;
  }

  private exchange({ method, url, headers }: Ask, signal: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => reject(signal.aborted ? signal.reason : describe(error));
      const lookup = this.options.near.has(url.host) ? {} : { lookup: farLookup(nearby) };
      const options = { method, headers, signal, ...lookup };
      const outgoing =
        url.protocol === 'http:'
          ? plainRequest(url, { ...options, agent: this.plainAgent })
          : httpsRequest(url, { ...options, agent: this.agent });
      outgoing.on('response', (answer) => {
        read(answer).then(
          (body) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }),
          fail,
        );
      });
      outgoing.setTimeout(SILENCE_MS, () =>
        outgoing.destroy(new NoAnswer('unreachable', `no answer within ${SILENCE_MS / 1000} s`)),
      );
      outgoing.on('error', fail).end();
    });
  }
}

function nearby(): NoAnswer {
  return new NoAnswer('unreachable', "it is at an address of the worker's own machine or link");
}

/** What answers speaks no TLS. */
class NotTls extends NoAnswer {}

async function read(answer: IncomingMessage): Promise<Buffer> {
  try {
    return await readLimited(answer, MAX_BODY_BYTES);
  } catch (error) {
    if (!(error instanceof TooLong)) throw error;
    throw new NoAnswer('unreachable', 'its answer is longer than a manifest can be');
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known to DNS',
  EAI_AGAIN: 'DNS does not answer',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection lost',
  EPIPE: 'connection lost',
  ETIMEDOUT: 'no connection in time',
  EHOSTUNREACH: 'no route to it',
  ENETUNREACH: 'no route to it',
};

const CERTIFICATE_REASONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another name',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not known',
  UNABLE_TO_GET_ISSUER_CERT: 'its authority is not known',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not known',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is not known',
};

/** The rest of OpenSSL's verdicts. */
const CERTIFICATE_CODE = /^(CERT_|CRL_|UNABLE_TO_|ERROR_IN_C|INVALID_|PATH_LENGTH|HOSTNAME_MISMATCH)/;
/** An answer in the clear to a TLS greeting. */
const NOT_TLS_CODE = /^(EPROTO|ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG)$/;

/** By the error's code alone: messages may quote what was sent. */
function describe(error: Error): NoAnswer {
  if (error instanceof NoAnswer) return error;
  const { code = 'no answer' } = error as NodeJS.ErrnoException;
  const untrusted = CERTIFICATE_REASONS[code] ?? (CERTIFICATE_CODE.test(code) ? code : undefined);
  if (untrusted !== undefined) return new NoAnswer('certificateRefused', untrusted);
  if (NOT_TLS_CODE.test(code)) return new NotTls('unreachable', 'it does not speak TLS');
  return new NoAnswer('unreachable', REASONS[code] ?? code);
}

export function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/** Also by addresses that no certificate is for: systems take the unspecified ones for a loopback. */
function isThisMachine(hostname: string): boolean {
  return (
    isLoopback(hostname) ||
    /^(localhost\.|0\.0\.0\.0|\[::\]|\[::ffff:(7f[\da-f]{2}:[\da-f]+|0:0)\])$/.test(hostname)
  );
}

function inTheClear(ask: Ask): Ask {
  const url = new URL(ask.url);
  url.protocol = 'http:';
  return { ...ask, url };
}

function redirected(location: string, from: URL): URL {
  if (!URL.canParse(location, from.href)) throw new NoAnswer('unreachable', 'it redirects to no address');
  return referred(new URL(location, from), from);
}

/**
 * Where a registry sends us, by a redirect or for a token.
 * @throws NoAnswer where one elsewhere means services of this machine
 */
export function referred(to: URL, from: URL): URL {
  if (isThisMachine(to.hostname) && !isThisMachine(from.hostname)) {
    throw new NoAnswer('unreachable', 'it refers to an address of this machine');
  }
  return to;
}

function withoutLogin(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'authorization'));
}
