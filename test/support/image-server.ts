/** A web server with an image, on the loopback that the lab's Pods share. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ImageServer {
  url: string;
  content: Buffer;
  stop(): void;
}

export async function serveImage(bytes: number): Promise<ImageServer> {
  const content = randomBytes(bytes);
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-length': bytes }).end(content);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/tiny.img`,
    content,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
