/** Tests of offload plugins in the lab: its vCenter, its array, its node. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openClusterSite, type OpenSite } from '../kit';
import type { Pace, TestSite } from '../kit/site';
import type { Log } from './log';
import { PLAN_NAMESPACE, PROVIDER_SECRET, TARGET_NAMESPACE } from './cluster-objects';
import { runningProcesses } from './down';
import { labImage } from './lab-images';
import { labLayout } from './layout';
import { copyImage } from './push-image';
import { LabRefusal } from './refusal';
import { type LabState, readState } from './state';
import { startLab } from './up';
import { makeVendorSecret } from './vendor-secret';

export interface LabSiteOptions {
  /** A reference, or the path of an OCI layout or an archive. */
  image: string;
  /** Besides the entries of the lab's array, or in their place. */
  vars: Record<string, string>;
  /** Of a running lab; absent: one is started, and stopped afterwards. */
  dir?: string | undefined;
  /** A VM of the lab that is off. */
  vm?: string | undefined;
  disk: number;
  /** The plugin claims to copy disks with snapshots. */
  snapshots?: boolean;
  log: Log;
  signal: AbortSignal;
}

/** Off, as VMs are when they are copied. */
const VM = 'archive';
/**
 * Slow enough to be stopped and killed in the middle, and still at work two attempts later, also on a machine that has
 * much else to do.
 */
const SLOW = 40;
const USUAL = 1;
const COPY_SECONDS: Record<Pace, { copySeconds: number; later?: number }> = {
  slow: { copySeconds: SLOW },
  usual: { copySeconds: USUAL },
  'usual, then slow': { copySeconds: USUAL, later: SLOW },
};
const SCRATCH = { vm: 'scratch01', odd: 0, chain: 1 };
const CACHE_SECONDS = 10;
const LIMITS = { start: 60, copy: 120, quiet: 5 };

/** @throws LabRefusal, SiteError */
export async function openLabSite(options: LabSiteOptions): Promise<OpenSite> {
  const lab = await someLab(options);
  try {
    const image = await pullable(lab.state, options.image);
    const { kubeconfig } = lab.state;
    const secret = await makeVendorSecret({ kubeconfig, namespace: TARGET_NAMESPACE, image });
    try {
      const opened = await openClusterSite(
        siteOptions(lab.state, { ...options, image, secret: secret.name }),
      );
      const close = () => opened.close().finally(secret.remove).finally(lab.stop);
      return { site: opened.site, close };
    } catch (error) {
      await secret.remove();
      throw error;
    }
  } catch (error) {
    await lab.stop();
    throw error;
  }
}

/** What is a file or a folder here goes into the lab's registry. */
async function pullable({ registry }: LabState, image: string): Promise<string> {
  if (!existsSync(image)) return image;
  const repository = `${registry}/tested`;
  try {
    return `${repository}@${await copyImage(image, { reference: `${repository}:1` })}`;
  } catch (error) {
    throw new LabRefusal((error as Error).message);
  }
}

function siteOptions(
  state: LabState,
  { image, secret, vars, vm = VM, disk, snapshots = false, signal }: LabSiteOptions & { secret: string },
) {
  const login = { namespace: PLAN_NAMESPACE, name: PROVIDER_SECRET };
  const provider = { namespace: PLAN_NAMESPACE, name: 'vcenter' };
  const ref = { provider, url: state.vcenter.url, secret: login, vddkImage: null };
  return {
    kubeconfig: state.kubeconfig,
    namespace: TARGET_NAMESPACE,
    storage: { storageClass: 'zonal-block', volumeMode: 'Block', accessMode: 'ReadWriteOnce' } as const,
    source: { ref, vm, disk },
    odd: { ref, vm: SCRATCH.vm, disk: SCRATCH.odd },
    chain: snapshots ? { ref, vm: SCRATCH.vm, disk: SCRATCH.chain, chain: true } : undefined,
    power: {
      cacheWrites: (volumeHandle: string) => tell(state, '/cache', { volumeHandle, seconds: CACHE_SECONDS }),
      cut: (volumeHandle: string) => tell(state, '/power-cuts', { volumeHandle }),
    },
    plugin: { image, secret, vars: { ARRAY_URL: state.arrayUrl, ...vars } },
    readerImage: labImage(state.registry, 'pause'),
    limits: LIMITS,
    pace: (volumeHandle: string, pace: Pace) =>
      tell(state, '/settings', { volumeHandle, ...COPY_SECONDS[pace] }),
    kill: killProcess,
    signal,
  };
}

async function tell({ arrayUrl }: LabState, path: string, what: object): Promise<void> {
  await fetch(arrayUrl + path, { method: 'POST', body: JSON.stringify(what) });
}

async function someLab({ dir, log }: LabSiteOptions): Promise<{ state: LabState; stop(): Promise<void> }> {
  if (dir !== undefined) {
    const state = readState(dir);
    if (state === null || runningProcesses(labLayout(dir)).length === 0) {
      throw new LabRefusal(`no lab is running in ${dir}; start it with: drover lab up --dir ${dir}`);
    }
    return { state, stop: () => Promise.resolve() };
  }
  const home = mkdtempSync(join(tmpdir(), 'drover-plugin-test-'));
  const remove = () => rmSync(home, { recursive: true, force: true });
  try {
    const lab = await startLab({ dir: join(home, 'lab'), log, lifetime: 'caller' });
    return { state: lab.state, stop: () => lab.stop().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

/**
 * SIGKILL for the first process of the Pod's container. The lab's containers are processes of this machine, known by
 * their environment.
 */
const killProcess: TestSite['kill'] = (pod) => {
  const env = pod.spec?.containers[0]?.env ?? [];
  const wanted = env.filter(({ name }) => name === 'COPY_ID' || name === 'ATTEMPT');
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const found = environmentOf(pid);
    const is = wanted.length === 2 && wanted.every(({ name, value }) => found.includes(`${name}=${value}`));
    if (is && isFirstOfItsNamespace(pid)) process.kill(Number(pid), 'SIGKILL');
  }
  return Promise.resolve();
};

function environmentOf(pid: string): string[] {
  return (read(pid, 'environ') ?? '').split('\0');
}

function isFirstOfItsNamespace(pid: string): boolean {
  return /^NSpid:\t\d+.*\t1$/m.test(read(pid, 'status') ?? '');
}

/** Null for a process that has ended, or is someone else's. */
function read(pid: string, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return null;
  }
}
