/** Calls to one vCenter, without session: node-soap for the envelope, HTTPS of our own beneath. */
import { request } from 'node:https';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { CancelledFailure } from '@temporalio/common';
import { type Client, createClientAsync, type IHttpClient } from 'soap';
import { failure } from '../failure';
import { readLimited, TooLong } from '../limited';
import { requireOrdinary } from './answer-shape';
import { readFault } from './faults';
import { type Peer, type Trust, VerifyingAgent } from './tls';
import { child, text } from './vim-value';
import { type Operation, WSDL } from './wsdl';

/** Milliseconds for one call, from the moment when it is sent. A wait for updates sets a longer time. */
const CALL_TIMEOUT_MS = 60_000;

/**
 * Milliseconds until a call has a connection of its own, which comes before that time: so a busy vCenter does not look like one
 * that does not answer. It is less than a step of a migration has for all its calls.
 */
const QUEUE_TIMEOUT_MS = 20_000;

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
  /** Milliseconds from its sending to its answer; absent: those of a call. */
  timeoutMs?: number;
  /** Milliseconds within which the call is sent, or else never. */
  sendWithinMs?: number;
  /** What may still be read, shared by the calls of one question whose answer comes in pages. */
  budget?: { bytes: number };
}

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
}

interface Exchange extends CallOptions {
  /** Whether vCenter holds the answer back until something happens. */
  isWait: boolean;
  answer?: Answer;
}

type Method = (
  args: unknown,
  done: (error: unknown, result: unknown) => void,
  options: Exchange,
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
    const exchange: Exchange = { ...options, isWait: operation === 'WaitForUpdatesEx' };
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
    ...[url, body, done, headers, exchange]: [string, string, Done, Record<string, string>, Exchange]
  ): void {
    const agent = exchange.isWait ? this.agents.waits : this.agents.calls;
    const ahead = agent.atWork;
    const call = request(url, {
      method: 'POST',
      agent,
      headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
    });
    const end = endOnce(
      call,
      done,
      keepTime(call, { agent, ahead, exchange, giveUp: (error) => end(error) }),
    );
    call.on('error', (error) => end(error));
    call.once('response', (response) => {
      // What node-soap throws at an odd answer ends the call, too, and not the process.
      readBody(response, exchange)
        .then((received) => {
          exchange.answer = { status: response.statusCode ?? 0, headers: response.headers };
          end(null, exchange.answer, received);
        })
        .catch((error: unknown) => end(error));
    });
    call.end(body);
  }
}

/**
 * Node tells of the end of a call only once the call has a connection: a call that still waits for one would hear neither of its
 * time nor of its cancellation. So the first end counts, whatever comes of the connection.
 */
function endOnce(call: ClientRequest, done: Done, stopTime: () => void): Done {
  let hasEnded = false;
  return (error, ...answer) => {
    if (hasEnded) return;
    hasEnded = true;
    stopTime();
    if (error !== null) call.destroy();
    done(error, ...answer);
  };
}

interface Timed {
  agent: VerifyingAgent;
  /** Calls that were there before it. */
  ahead: number;
  exchange: CallOptions;
  giveUp: (why: unknown) => void;
}

/**
 * Gives a call up at its cancellation, and where it waits too long: for a connection, or from then on for the answer.
 * @returns ends that
 */
function keepTime(call: ClientRequest, { agent, ahead, exchange, giveUp }: Timed): () => void {
  const { signal, timeoutMs = CALL_TIMEOUT_MS, sendWithinMs = QUEUE_TIMEOUT_MS } = exchange;
  let timer = setTimeout(() => giveUp(queuedTooLong(sendWithinMs, ahead)), sendWithinMs);
  // It has a connection, and is sent at once.
  call.once('socket', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      // Where one connection fell silent, those that lie idle may have, too: each would cost a call its whole time.
      agent.dropIdle();
      giveUp(failure('SourceUnreachable', "vCenter can't be reached: no answer in time"));
    }, timeoutMs);
  });
  const cancel = () => giveUp(signal?.reason);
  if (signal?.aborted) process.nextTick(cancel);
  else signal?.addEventListener('abort', cancel);
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  };
}

function queuedTooLong(milliseconds: number, ahead: number): Error {
  const others = ahead === 1 ? '1 other' : `${ahead} others`;
  return failure('SourceUnreachable', `a call waited ${milliseconds / 1000} s behind ${others} for vCenter`);
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
