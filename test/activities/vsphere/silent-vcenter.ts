/** A server that accepts connections and says nothing, as a vCenter does that hangs. */
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface SilentVcenter {
  url: string;
  /** Hangs up. */
  close(): void;
}

export async function silentVcenter(): Promise<SilentVcenter> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/sdk`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
