/** Ports for servers that have to be told theirs before they start. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';

/** Below the ports of Kubernetes' Services of type NodePort (30000 to 32767). */
const FIRST = 15_000;
const END = 30_000;
const TRIES = 50;

/** Free TCP ports of the loopback interface, all different. All are held until the last is known. */
export async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  while (servers.length < count) servers.push(await listen());
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** One free TCP port of the loopback interface. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port as number;
}

/**
 * The kernel gives ports of its own range to every connection: one that is free at this moment may be taken when its server
 * starts. So the port is from below that range, where there is room.
 */
async function listen(): Promise<Server> {
  const end = Math.min(END, firstOfKernel());
  for (let tries = end > FIRST ? TRIES : 0; tries > 0; tries -= 1) {
    const server = await listenAt(randomInt(FIRST, end)).catch(() => null);
    if (server !== null) return server;
  }
  return listenAt(0);
}

/** Of the ports that are given to connections, the lowest: ip(7), `ip_local_port_range`. */
function firstOfKernel(): number {
  try {
    return parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), 10);
  } catch {
    return 0;
  }
}

/** @throws Error where the port is not free */
async function listenAt(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
