import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Free TCP ports of the loopback interface, all different. All are held until the last is known. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** One free TCP port of the loopback interface. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port as number;
}
