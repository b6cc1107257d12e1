/** Calls to one vCenter, without session: node-soap for the envelope, HTTPS of our own beneath. */
import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { CancelledFailure } from '@temporalio/common';
import { type Client, createClientAsync, type IHttpClient } from 'soap';
import { failure } from '../failure';
import { readLimited, TooLong } from '../limited';
import { requireOrdinary } from './answer-shape';
import { readFault } from './faults';
import { type Peer, type Trust, VerifyingAgent } from './tls';
import { child, text } from './vim-value';
import { type Operation, WSDL } from './wsdl';

/** Milliseconds for one call. A wait for updates sets a longer time. */
const CALL_TIMEOUT_MS = 60_000;

/**
 * A call takes milliseconds. A TLS handshake takes several times longer, and costs both ends. So a wave that asks about
 * all its VMs at once gets its answers sooner over few connections that stay open.
 */
const CALL_CONNECTIONS = 16;

/** A wait holds a connection for its whole round. With connections of their own, waits never block calls. */
interface Agents {
  calls: VerifyingAgent;
  waits: VerifyingAgent;
}

/**
 * Only cookies from these calls count. vCenter may answer any call of an ended session with a cookie without a login. If
 * such an answer came late, its cookie would replace the cookie of the new login.
 */
const SESSION_GIVERS: readonly Operation[] = ['RetrieveServiceContent', 'Login'];

/** Bytes of one answer. A page of 200 VMs has some megabytes. */
const LONGEST_ANSWER = 32 * 2 ** 20;
const TOO_MANY_PAGES = 'the pages of what vCenter was asked for are too long together';

export interface CallOptions {
  signal?: AbortSignal;
  /** Of a wait; a call has a time of its own. */
  timeoutMs?: number;
  /** What may still be read, shared by the calls of one question whose answer comes in pages. */
  budget?: { bytes: number };
}

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
}

type Method = (
  args: unknown,
  done: (error: unknown, result: unknown) => void,
  options: CallOptions,
  headers: Record<string, string>,
) => void;

export class SoapPort {
  private cookie: string | null = null;

  private constructor(
    private readonly client: Client,
    private readonly agents: Agents,
  ) {}

  static async open(url: string, trust: Trust): Promise<SoapPort> {
    const agents = { calls: new VerifyingAgent(trust, CALL_CONNECTIONS), waits: new VerifyingAgent(trust) };
    // The client's types want axios' answer, of which node-soap reads status and headers alone.
    const httpClient = new Transport(agents) as unknown as IHttpClient;
    const client = await createClientAsync(WSDL, { endpoint: url, httpClient });
    client.setEndpoint(url);
    return new SoapPort(client, agents);
  }

  /** The certificate that the last connection was verified by. */
  get peer(): Peer | null {
    return this.agents.calls.peer;
  }

  /** Forgets the session, so that a new login starts without one. */
  forgetSession(): void {
    this.cookie = null;
  }

  /**
   * One call; resolves with its `returnval`.
   * @throws VimFault, CancelledFailure once the signal is aborted, or the network's own error.
   */
  async call(
    operation: Operation,
    args: Record<string, unknown>,
    options: CallOptions = {},
  ): Promise<unknown> {
    const headers: Record<string, string> = this.cookie === null ? {} : { Cookie: this.cookie };
    const method = (this.client as unknown as Record<Operation, Method>)[operation];
    const exchange: CallOptions & { answer?: Answer } = { ...options };
    const result = await new Promise<unknown>((resolve, reject) => {
      method(
        args,
        (error, value) => {
          if (error) {
            reject(options.signal?.aborted ? new CancelledFailure('the call was cancelled') : cause(error));
          } else {
            resolve(value);
          }
        },
        exchange,
        headers,
      );
    });
    if (SESSION_GIVERS.includes(operation)) {
      this.keepCookie(exchange.answer);
    }
    return child(result, 'returnval');
  }

  close(): void {
    for (const agent of Object.values(this.agents)) agent.destroy();
  }

  private keepCookie(answer: Answer | undefined): void {
    const cookie = answer?.headers['set-cookie']?.find((value) => value.startsWith('vmware_soap_session='));
    if (cookie !== undefined) {
      this.cookie = cookie.split(';', 1)[0] as string;
    }
  }
}

/** node-soap's errors carry the whole answer; only the fault, or the network's error, goes on. */
function cause(error: unknown): unknown {
  const fault = child(error, 'root', 'Envelope', 'Body', 'Fault');
  if (fault !== undefined) {
    return readFault(fault);
  }
  if (child(error, 'response') !== undefined) {
    return noSoap(text(child(error, 'response', 'status')) ?? 'unknown');
  }
  return error;
}

type Done = (error: unknown, answer?: Answer, body?: string) => void;

/** node-soap's HTTP client, without redirects, without proxies, and with one timeout over the whole exchange. */
class Transport {
  constructor(private readonly agents: Agents) {}

  request(
    ...[url, body, done, headers, exchange]: [
      string,
      string,
      Done,
      Record<string, string>,
      CallOptions & { answer?: Answer },
    ]
  ): void {
    const timeout = AbortSignal.timeout(exchange.timeoutMs ?? CALL_TIMEOUT_MS);
    const signal = exchange.signal ? AbortSignal.any([timeout, exchange.signal]) : timeout;
    const call = request(
      url,
      {
        method: 'POST',
        agent: exchange.timeoutMs === undefined ? this.agents.calls : this.agents.waits,
        signal,
        headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
      },
      (response) => {
        // What node-soap throws at an odd answer ends the call, too, and not the process.
        readBody(response, exchange)
          .then((received) => {
            exchange.answer = { status: response.statusCode ?? 0, headers: response.headers };
            done(null, exchange.answer, received);
          })
          .catch((error: unknown) => done(error));
      },
    );
    call.once('error', (error) => done(error));
    call.end(body);
  }
}

/** @throws AnswerTooLarge, SourceFault */
async function readBody(response: IncomingMessage, { budget }: CallOptions): Promise<string> {
  const most = Math.min(LONGEST_ANSWER, budget?.bytes ?? Infinity);
  try {
    const body = await readLimited(response, most);
    if (budget !== undefined) budget.bytes -= body.length;
    return ordinary(body.toString('utf8'), response.statusCode ?? 0);
  } catch (error) {
    if (!(error instanceof TooLong)) throw error;
    const what = most === LONGEST_ANSWER ? `vCenter's answer is ${error.message}` : TOO_MANY_PAGES;
    throw failure('AnswerTooLarge', what);
  }
}

/** Whatever is before vCenter answers with pages for people. */
function ordinary(xml: string, status: number): string {
  try {
    requireOrdinary(xml);
    return xml;
  } catch (error) {
    throw status === 200 ? error : noSoap(status);
  }
}

function noSoap(status: number | string): Error {
  return failure('SourceFault', `vCenter answers with HTTP status ${status} and no SOAP`);
}
