/** What publishes archives, on this machine: small true ones, and every way in which a download goes wrong. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Archive } from '../../lab/archives';

/** A program in an archive: a script that says its name. */
export function script(program: string): string {
  return `#!/bin/sh\necho this is ${program}\n`;
}

/** A gzipped tar file of such programs, by their paths in it. */
export function archiveOf(...paths: string[]): Buffer {
  const home = mkdtempSync(join(tmpdir(), 'drover-archive-'));
  try {
    for (const path of paths) {
      mkdirSync(dirname(join(home, path)), { recursive: true });
      writeFileSync(join(home, path), script(path.split('/').at(-1) ?? ''));
    }
    execFileSync('tar', ['-czf', join(home, 'archive.tar.gz'), '-C', home, ...paths]);
    return readFileSync(join(home, 'archive.tar.gz'));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

export function sumOf(bytes: Buffer, algorithm: 'sha256' | 'sha512'): string {
  return createHash(algorithm).update(bytes).digest('hex');
}

export class ArchiveServer {
  /** By path: what is answered. A path that is not here is 404. */
  readonly answers = new Map<string, (response: ServerResponse) => void>();
  private readonly server = createServer((request, response) => {
    const answer = this.answers.get(request.url ?? '');
    if (answer !== undefined) return answer(response);
    response.writeHead(404).end();
  });

  static async start(): Promise<ArchiveServer> {
    const server = new ArchiveServer();
    await new Promise<void>((resolve) => server.server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }

  serve(path: string, body: Buffer | string): string {
    this.answers.set(path, (response) => response.end(body));
    return this.url(path);
  }

  /** An archive with one program in it, served whole and pinned by its checksum. */
  archive(program: string, path = `bin/${program}`): Archive {
    const bytes = archiveOf(path);
    return {
      name: `${program} 1.0`,
      url: this.serve(`/${program}.tar.gz`, bytes),
      checksum: { algorithm: 'sha512', hex: sumOf(bytes, 'sha512') },
      programs: { [program]: path },
    };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
