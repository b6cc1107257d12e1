/** A conversation with a guest's agent over its channel: the QEMU guest agent's protocol, a line of JSON each way. */
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** What an agent reports of its guest, as far as the lab asks for it. The protocol defines the field names. */
export interface GuestReport {
  os: GuestOs | null;
  interfaces: GuestInterface[];
}

export interface GuestOs {
  id?: string;
  name?: string;
  'pretty-name'?: string;
  version?: string;
  'version-id'?: string;
  'kernel-release'?: string;
  'kernel-version'?: string;
  machine?: string;
}

export interface GuestInterface {
  name: string;
  'hardware-address'?: string;
  'ip-addresses'?: { 'ip-address': string; 'ip-address-type': 'ipv4' | 'ipv6'; prefix: number }[];
}

/** An agent that answered before does not answer any more. */
export class SilentAgent extends Error {}

interface Answer {
  return?: unknown;
  error?: unknown;
}

/** Makes an agent forget what it has read. The agent writes it before its answer to `guest-sync-delimited`, too. */
const DELIMITER = '\xff';

export class AgentConversation {
  private readonly socket: Socket;
  private readonly lines: AsyncIterator<string>;
  private sync = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    this.lines = createInterface({ input: socket.setEncoding('latin1') })[Symbol.asyncIterator]();
  }

  /** Skips answers that are left of earlier conversations. */
  async synchronise(answerMs: number | null): Promise<void> {
    this.sync += 1;
    const id = process.hrtime()[1] + this.sync;
    this.say('guest-sync-delimited', { id }, DELIMITER);
    let answer: Answer;
    do answer = await this.answer(answerMs);
    while (answer.return !== id);
  }

  /** Null where the agent refuses the command: an old agent may not know it. */
  private async call<T>(command: string, answerMs: number): Promise<T | null> {
    this.say(command);
    const answer = await this.answer(answerMs);
    return answer.return === undefined ? null : (answer.return as T);
  }

  async report(answerMs: number): Promise<GuestReport> {
    const os = await this.call<GuestOs>('guest-get-osinfo', answerMs);
    const interfaces = await this.call<GuestInterface[]>('guest-network-get-interfaces', answerMs);
    return { os, interfaces: (interfaces ?? []).map(lasting) };
  }

  private say(execute: string, args?: object, before = ''): void {
    const words = JSON.stringify({ execute, ...(args && { arguments: args }) });
    this.socket.write(`${before}${words}\n`, 'latin1');
  }

  private async answer(answerMs: number | null): Promise<Answer> {
    const next = await (answerMs === null ? this.lines.next() : before(answerMs, this.lines.next()));
    if (next.done) throw new Error('the channel has closed');
    const text = Buffer.from(next.value.replaceAll(DELIMITER, ''), 'latin1').toString('utf8');
    return JSON.parse(text) as Answer;
  }
}

/** Without its counters, which no two answers of an agent have alike. */
function lasting(card: GuestInterface): GuestInterface {
  const { name, 'hardware-address': mac, 'ip-addresses': addresses } = card;
  return { name, ...(mac && { 'hardware-address': mac }), ...(addresses && { 'ip-addresses': addresses }) };
}

function before<T>(ms: number, awaited: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new SilentAgent('the agent does not answer')), ms);
    void awaited.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
