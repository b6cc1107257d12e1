/** A real image registry on this machine: distribution's, as lab/registry builds it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildProgram } from './own-program';
import { freePort } from './ports';
import { type ProcessSpec, type StartedProcess, startProcess, stopProcess } from './process';
import { accepts, untilReady } from './ready';

export interface RegistryOptions {
  /** Images, certificates and logins lie below, and what a former registry left there is served again. */
  dir: string;
  /** https with a certificate of an authority of its own; otherwise plain http. Default false. */
  tls?: boolean;
  /** How clients prove who they are; absent: anyone may do anything. */
  login?: RegistryLogin;
  /** To come back where clients look for it after a restart; absent means a free one. */
  port?: number;
  /** Of this machine, where it listens; default 127.0.0.1. */
  address?: string;
  /** Default `caller`. */
  lifetime?: ProcessSpec['lifetime'];
}

export interface RegistryLogin {
  /** `basic`: with every request, against an htpasswd file. `token`: once, at a token service of its own. */
  by: 'basic' | 'token';
  /** Name → password. Each may do everything, who gives no name may do nothing. */
  users: Record<string, string>;
}

export interface Registry {
  /** `ADDRESS:PORT` */
  host: string;
  /** PEM file of the authority that signed the registry's certificate; absent without TLS. */
  ca?: string;
  process: StartedProcess;
  stop(): Promise<void>;
}

/** The images of a registry, below its folder. */
export const STORAGE = 'storage';

/** @throws Error with the end of its log when it does not start. */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const { dir, tls = false, login, address = '127.0.0.1', lifetime = 'caller' } = options;
  const port = options.port ?? (await freePort());
  const host = `${address}:${port}`;
  mkdirSync(dir, { recursive: true });
  const process = await startProcess({
    name: 'registry',
    command: await buildProgram('registry', () => {}),
    args: [
      ...['--address', host, '--storage', join(dir, STORAGE), '--state', dir],
      ...(tls ? ['--tls'] : []),
      ...(login ? ['--login', login.by] : []),
    ],
    // In the environment, since any process list shows arguments.
    env: { DROVER_REGISTRY_USERS: JSON.stringify(login?.users ?? {}) },
    logDir: dir,
    lifetime,
  });
  await untilReady(process, () => accepts(port, address));
  return { host, ...(tls && { ca: join(dir, 'ca.crt') }), process, stop: () => stopProcess(process) };
}
