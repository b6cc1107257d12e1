/** A way between a client and a server that can be cut, held, slowed, half-opened and doubled: a TCP proxy on this machine. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

interface Pair {
  near: Socket;
  far: Socket;
  /** Hears all that the client says, too, and nobody hears its answers. Null where the way is not doubled. */
  twin: Socket | null;
  /** Half-open: both ends believe that it lives, and nothing passes any more. */
  dead: boolean;
}

export class Link {
  private readonly pairs = new Set<Pair>();
  private held = false;
  private delayMs = 0;
  private doubled = false;

  private constructor(
    readonly name: string,
    private readonly server: Server,
  ) {}

  /** Listens on a free port; each connection goes on to `target`, `host:port`. */
  static async open(name: string, target: string): Promise<Link> {
    const { hostname, port } = new URL(`tcp://${target}`);
    const server = createServer();
    const link = new Link(name, server);
    server.on('connection', (near) => link.join(near, () => connect(Number(port), hostname)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return link;
  }

  /** `127.0.0.1:PORT` */
  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Ends every connection at once. New ones are as good as ever. */
  cut(): void {
    for (const pair of this.pairs) this.drop(pair);
  }

  /** From now on nothing passes; new connections are accepted, and silent. */
  hold(): void {
    this.held = true;
    for (const { near, far } of this.pairs) [near, far].forEach((socket) => socket.pause());
  }

  release(): void {
    this.held = false;
    for (const { near, far } of this.pairs) [near, far].forEach((socket) => socket.resume());
  }

  /** Everything takes so much longer, in each direction. 0: no longer. */
  slow(ms: number): void {
    this.delayMs = ms;
  }

  /** Connections that there are carry nothing any more, and nobody is told. New ones are as good as ever. */
  halfOpen(): void {
    for (const pair of this.pairs) pair.dead = true;
  }

  /** From now on the server gets all that clients say twice, over two connections. Those that there are end: their begin is over. */
  double(): void {
    this.doubled = true;
    this.cut();
  }

  /** Connections go on with the server that answers; the second ones end. */
  undouble(): void {
    this.doubled = false;
    for (const { twin } of this.pairs) twin?.destroy();
  }

  close(): void {
    this.server.close();
    this.cut();
  }

  private join(near: Socket, dial: () => Socket): void {
    const far = dial();
    const twin = this.doubled ? deaf(dial()) : null;
    const pair: Pair = { near, far, twin, dead: false };
    this.pairs.add(pair);
    this.carry(pair, near, twin === null ? [far] : [far, twin]);
    this.carry(pair, far, [near]);
    if (this.held) [near, far].forEach((socket) => socket.pause());
  }

  private carry(pair: Pair, from: Socket, to: readonly Socket[]): void {
    const pass = (act: (socket: Socket) => void) =>
      this.later(() => {
        if (!pair.dead) to.filter(({ writable }) => writable).forEach(act);
      });
    from.setNoDelay(true);
    const drop = () => {
      if (!pair.dead) this.drop(pair);
    };
    from.on('error', drop).on('close', drop);
    from.on('data', (chunk) => pass((socket) => socket.write(chunk)));
    // An end is passed on as data is: what was sent before it must arrive.
    from.on('end', () => pass((socket) => socket.end()));
  }

  /** In the order of the calls: timers of one length keep it, and a link is slowed and freed for all at once. */
  private later(pass: () => unknown): void {
    if (this.delayMs === 0) pass();
    else setTimeout(pass, this.delayMs);
  }

  private drop(pair: Pair): void {
    this.pairs.delete(pair);
    pair.near.destroy();
    pair.far.destroy();
    pair.twin?.destroy();
  }
}

function deaf(socket: Socket): Socket {
  return socket.on('error', () => undefined).resume();
}
