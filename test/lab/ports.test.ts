import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { freePorts } from '../../lab/ports';

test('free ports are different, and none of them is one that a connection could get', async () => {
  const ports = await freePorts(20);
  expect(new Set(ports).size).toBe(20);
  const first = parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), 10);
  // A machine whose range begins lower has no room below it.
  if (first > 15_000) expect(Math.max(...ports)).toBeLessThan(first);
  const servers = ports.map((port) => createServer().listen(port, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  for (const server of servers) server.close();
});
