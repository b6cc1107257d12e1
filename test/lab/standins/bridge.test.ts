/** Frames between cards on a bridge of the lab, as qemu writes and reads them. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Bridges } from '../../../lab/standins/kubevirt/bridges';
import { BRIDGE_PORT } from '../../../lab/standins/kubevirt/loopback-addresses';
import { eventually } from '../../support/eventually';

const ALL = 'ffffffffffff';
const [A, B, C] = ['02000000000a', '02000000000b', '02000000000c'];

let bridges: Bridges;
let said: string[];
let networks = 0;
const plugs: Card[] = [];

beforeEach(() => {
  said = [];
  bridges = new Bridges((line) => said.push(line));
});

afterEach(() => {
  for (const plug of plugs.splice(0)) plug.socket.destroy();
  bridges.stop();
});

/** A qemu's end of the wire. */
class Card {
  private heard = '';

  constructor(readonly socket: Socket) {
    socket.setEncoding('latin1').on('data', (text: string) => (this.heard += text));
    socket.on('error', () => undefined);
  }

  send(to: string, from: string, words: string): void {
    const bytes = Buffer.concat([Buffer.from(`${to}${from}0800`, 'hex'), Buffer.from(words)]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    this.socket.write(Buffer.concat([length, bytes]));
  }

  /** Resolves once it has heard this, with all that it has heard. */
  async until(words: string): Promise<string> {
    while (!this.heard.includes(words)) await once(this.socket, 'data');
    return this.heard;
  }
}

const definition = () => ({ metadata: { uid: `${process.pid}-${(networks += 1)}` } });

async function plugIn(network: ReturnType<typeof definition>): Promise<Card> {
  const socket = connect(BRIDGE_PORT, await bridges.of(network));
  await once(socket, 'connect');
  const card = new Card(socket);
  plugs.push(card);
  return card;
}

/** Three cards of one network, which the bridge has heard. */
async function three(): Promise<[Card, Card, Card]> {
  const network = definition();
  const cards: [Card, Card, Card] = [await plugIn(network), await plugIn(network), await plugIn(network)];
  const [a, b, c] = cards;
  a.send(ALL, A, 'a is here');
  await Promise.all([b.until('a is here'), c.until('a is here')]);
  b.send(ALL, B, 'b is here');
  await Promise.all([a.until('b is here'), c.until('b is here')]);
  return cards;
}

test('a frame to all reaches every other card of the network, and not the one that sent it', async () => {
  const [a, , c] = await three();
  c.send(ALL, C, 'done');
  expect(await a.until('done')).not.toContain('a is here');
});

test('a frame to a card that was heard reaches that card alone', async () => {
  const [a, b, c] = await three();
  a.send(B, A, 'for b');
  await b.until('for b');
  a.send(ALL, A, 'for all');
  expect(await c.until('for all')).not.toContain('for b');
});

test('a frame to a card that nobody has heard reaches every other card', async () => {
  const [a, b, c] = await three();
  a.send(C, A, 'is c there');
  await Promise.all([b.until('is c there'), c.until('is c there')]);
});

test('a card is where it was heard last', async () => {
  const [a, b, c] = await three();
  c.send(ALL, A, 'a is here now');
  await b.until('a is here now');
  b.send(A, B, 'moved');
  await c.until('moved');
  b.send(ALL, B, 'for all');
  expect(await a.until('for all')).not.toContain('moved');
});

test('two networks hear nothing of each other', async () => {
  const [one, other] = [definition(), definition()];
  const [a, b, c] = [await plugIn(one), await plugIn(other), await plugIn(other)];
  a.send(ALL, A, 'in one');
  b.send(ALL, B, 'in the other');
  expect(await c.until('in the other')).not.toContain('in one');
});

test('frames arrive whole, in whatever pieces they came', async () => {
  const [a, b] = await three();
  const bytes = Buffer.concat([
    Buffer.from(`00000011${ALL}${A}0800`, 'hex'),
    Buffer.from('one'),
    Buffer.from(`00000011${ALL}${A}0800`, 'hex'),
    Buffer.from('two'),
  ]);
  for (const byte of bytes) a.socket.write(Buffer.from([byte]));
  expect(await b.until('two')).toContain('one');
});

test.each(['ffffffff', '00000000'])(
  'a card that announces a frame of 0x%s bytes is unplugged, and no other',
  async (length) => {
    const [a, b, c] = await three();
    a.socket.write(Buffer.from(length, 'hex'));
    await once(a.socket, 'close');
    b.send(ALL, B, 'still here');
    await c.until('still here');
    expect(said).toEqual([expect.stringContaining('a bridge unplugs a card: a frame of')]);
  },
);

test('a bridge that could not be opened is tried again', async () => {
  const network = definition();
  const address = await bridges.of(network);
  const late = new Bridges((line) => said.push(line));
  await expect(late.of(network)).rejects.toThrow('EADDRINUSE');
  bridges.stop();
  // The port is free once the other bridge has closed it.
  await expect(eventually(() => opened(late, network))).resolves.toBe(address);
  late.stop();
});

/** Its address; null while another holds the port. */
function opened(late: Bridges, network: ReturnType<typeof definition>): Promise<string | null> {
  return late.of(network).catch((error: unknown) => {
    if (!String(error).includes('EADDRINUSE')) throw error;
    return null;
  });
}
