/**
 * A bridge of the lab: what a Linux bridge is to the cards of guests on a node. It is a switch in this process, on whose
 * loopback address each card's qemu connects. So nobody needs root for it, or a kernel with bridges and taps, and nothing of
 * this machine's own network is on it. Tags of VLANs pass as they are.
 */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { type Frame, FrameReader } from './ethernet-frames';
import { BRIDGE_PORT } from './loopback-addresses';

/** Stations that it remembers, as a guest may make up addresses without end. Frames to others go to every card. */
const MAX_STATIONS = 1024;
/** A card that does not read loses frames beyond this, as on any switch. */
const MAX_QUEUED_BYTES = 1024 * 1024;

export class Bridge {
  private readonly cards = new Set<Socket>();
  /** Behind which card a MAC address was last. */
  private readonly stations = new Map<string, Socket>();
  private readonly server: Server;

  private constructor(private readonly log: (line: string) => void) {
    this.server = createServer({ noDelay: true }, (card) => this.attach(card));
  }

  /** @throws Error where another program listens there */
  static async open(address: string, log: (line: string) => void): Promise<Bridge> {
    const bridge = new Bridge(log);
    bridge.server.listen(BRIDGE_PORT, address);
    await once(bridge.server, 'listening');
    return bridge;
  }

  stop(): void {
    this.server.close();
    for (const card of this.cards) card.destroy();
  }

  private attach(card: Socket): void {
    const frames = new FrameReader();
    this.cards.add(card);
    card.on('data', (chunk) => {
      try {
        frames.take(chunk).forEach((frame) => this.pass(frame, card));
      } catch (error) {
        this.log(`a bridge unplugs a card: ${(error as Error).message}`);
        card.destroy();
      }
    });
    // A guest may end at any time.
    card.on('error', () => undefined);
    card.on('close', () => this.detach(card));
  }

  private detach(card: Socket): void {
    this.cards.delete(card);
    for (const [address, behind] of this.stations) {
      if (behind === card) this.stations.delete(address);
    }
  }

  private pass(frame: Frame, card: Socket): void {
    if (this.stations.has(frame.from) || this.stations.size < MAX_STATIONS) {
      this.stations.set(frame.from, card);
    }
    const known = frame.isForMany ? undefined : this.stations.get(frame.to);
    for (const other of known === undefined ? this.cards : [known]) {
      if (other !== card && other.writableLength < MAX_QUEUED_BYTES) other.write(frame.bytes);
    }
  }
}
