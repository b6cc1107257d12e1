/** A way to the API server that can die as real ones do: without a word to either end. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class FreezingProxy {
  private readonly pairs = new Set<{ client: Socket; upstream: Socket }>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** @param target `https://127.0.0.1:PORT`; bytes are passed on as they are, so TLS is between the ends. */
  static async before(target: string): Promise<FreezingProxy> {
    const { hostname, port } = new URL(target);
    const server = createServer((client) => proxy.join(client, connect(Number(port), hostname)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new FreezingProxy(server, `https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return proxy;
  }

  /** Nothing reaches the clients of today's connections any more, and nobody tells them. New ones are well. */
  freeze(): number {
    for (const { client, upstream } of this.pairs) {
      upstream.unpipe(client);
      upstream.resume();
    }
    return this.pairs.size;
  }

  async close(): Promise<void> {
    for (const { client, upstream } of this.pairs) {
      client.destroy();
      upstream.destroy();
    }
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: Socket, upstream: Socket): void {
    const pair = { client, upstream };
    this.pairs.add(pair);
    const end = () => {
      this.pairs.delete(pair);
      client.destroy();
    };
    client.pipe(upstream);
    upstream.pipe(client);
    client.on('error', end).on('close', () => {
      this.pairs.delete(pair);
      upstream.destroy();
    });
    // A frozen client must not learn from its far end that all is over.
    upstream.on('error', () => undefined).on('close', () => undefined);
  }
}
