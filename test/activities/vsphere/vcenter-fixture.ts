/** A running simulated vCenter, or ESXi host, for one test file, with a Provider Secret that fits it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listVmRefs } from '../../../activities/vsphere/inventory';
import { VcenterPool } from '../../../activities/vsphere/pool';
import { buildProgram } from '../../../lab/own-program';
import { startVcenter, type VcenterHandle } from '../../../lab/vcenter';
import type { VcenterSpec } from '../../../lab/vcenter-spec';
import type { SourceRef } from '../../../plan/frozen';

/** The first build of the simulator takes a minute. */
export const BUILD_TIMEOUT_MS = 300_000;

export interface VcenterFixture extends VcenterHandle {
  source: SourceRef;
  /** What the Provider Secret holds now; a test may change it. */
  secret: Record<string, string>;
  pool: VcenterPool;
  /** The moref of the VM of that name. */
  moref(name: string): Promise<string>;
  /** Ends every session, as a vCenter does with idle ones. */
  expireSessions(): Promise<void>;
  end(): Promise<void>;
}

export async function startFixture(spec: VcenterSpec): Promise<VcenterFixture> {
  const dir = mkdtempSync(join(tmpdir(), 'drover-vcenter-'));
  const vcenter = await startVcenter({ dir, binary: await buildProgram('vcsim', () => undefined), spec });
  const secret = {
    user: vcenter.username,
    password: vcenter.password,
    'ca.crt': readFileSync(vcenter.caFile, 'utf8'),
  };
  const fixture: VcenterFixture = {
    ...vcenter,
    secret,
    source: {
      provider: { namespace: 'openshift-mtv', name: 'vcenter' },
      url: vcenter.url,
      secret: { namespace: 'openshift-mtv', name: 'vcenter-login' },
      vddkImage: null,
      ...(spec.esxi && { sdkEndpoint: 'esxi' as const }),
    },
    pool: new VcenterPool({ read: () => Promise.resolve({ ...fixture.secret }) }),
    moref: async (name) => {
      const refs = await fixture.pool.use(fixture.source, (vim) => listVmRefs(vim));
      const found = refs.find((ref) => ref.name === name);
      if (found === undefined) {
        throw new Error(`the simulated vCenter has no VM ${name}`);
      }
      return found.moref;
    },
    expireSessions: async () => {
      expect((await ask(vcenter, '/lab/expire-sessions', { method: 'POST' })).status).toBe(204);
    },
    end: async () => {
      await fixture.pool.close();
      await vcenter.stop();
      rmSync(dir, { recursive: true });
    },
  };
  return fixture;
}

/** An HTTP request with the vCenter's login, unless `login` is false. */
export function ask(
  vcenter: Pick<VcenterHandle, 'caFile' | 'password' | 'url' | 'username'>,
  path: string,
  { method = 'GET', login = true, headers = {} as Record<string, string>, body = '' } = {},
): Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }> {
  const options = {
    method,
    headers,
    agent: false as const,
    ca: readFileSync(vcenter.caFile),
    ...(login ? { auth: `${vcenter.username}:${vcenter.password}` } : {}),
  };
  return new Promise((resolve, reject) => {
    const call = request(new URL(path, vcenter.url), options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    call.once('error', reject);
    call.end(body);
  });
}
