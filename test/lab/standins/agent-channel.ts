/** qemu's end of a guest agent's channel, with an agent of the test's own behind it. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { GuestInterface } from '../../../lab/standins/kubevirt/guest-agent';

interface Request {
  execute: string;
  arguments?: { id: number };
}

/** Plays qemu's end of the channel, with an agent behind it while `answers` is true. */
export class AgentChannel {
  answers = true;
  /** Of the guest. Null: the agent is too old to know the question. */
  interfaces: GuestInterface[] | null = null;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly unread: (() => void)[] = [];

  constructor() {
    this.server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      createInterface({ input: socket.setEncoding('latin1') }).on('line', (line) => {
        const request = JSON.parse(line.replace('\xff', '')) as Request;
        const answer = () => socket.write(reply(request, this.interfaces), 'latin1');
        if (this.answers) answer();
        else this.unread.push(answer);
      });
    });
  }

  async listen(port = 0, host = '127.0.0.1'): Promise<number> {
    this.server.listen(port, host);
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  /** The guest's agent starts: it finds what was said before. */
  wake(): void {
    this.answers = true;
    this.unread.splice(0).forEach((answer) => answer());
  }

  close(): void {
    this.server.close();
    this.sockets.forEach((socket) => socket.destroy());
  }
}

const UNKNOWN = `${JSON.stringify({ error: { class: 'CommandNotFound' } })}\n`;

function reply({ execute, arguments: given }: Request, interfaces: GuestInterface[] | null): string {
  switch (execute) {
    case 'guest-sync-delimited':
      return `\xff${JSON.stringify({ return: given?.id })}\n`;
    case 'guest-get-osinfo':
      return `${JSON.stringify({ return: { id: 'debian', 'pretty-name': 'Debian 12 \u00fc' } })}\n`;
    case 'guest-network-get-interfaces':
      return interfaces === null ? UNKNOWN : `${JSON.stringify({ return: interfaces })}\n`;
    default:
      return UNKNOWN;
  }
}
