import type { Server } from 'node:http';

/** Longer than any client of the lab keeps a connection that it does not use: API servers do so for 90 seconds. */
const IDLE_MS = 600_000;

/**
 * Leaves it to the clients to close connections that nobody uses. By default the server does so after five seconds. Where the
 * machine stood still for that long, a client has just sent its next request, and hears that the connection was reset.
 */
export function keepIdleConnections(server: Pick<Server, 'keepAliveTimeout'>): void {
  server.keepAliveTimeout = IDLE_MS;
}
