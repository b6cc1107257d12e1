/**
 * What a large wave costs, beside a tenth of it on one lab: whether anything grows with the number of VMs.
 *
 * Temporal, the Kubernetes API, vCenter and the worker are the lab's own. Sources are off, and containers are hollow: a
 * copy and a conversion last as long as the options say, and move no bytes. Everything else that happens to a VM happens.
 */
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { DroverClient, type Manifests } from '../../../client';
import { connect } from '../../../client/connect';
import { countVms } from '../../../client/render/format';
import { MAX_VMS_PER_WAVE } from '../../../plan/field-limits';
import { bulkInventory, bulkName, type BulkSite } from '../../demo-inventory';
import { labImage } from '../../lab-images';
import { startProcess, stopProcess, type StartedProcess } from '../../process';
import type { LabState } from '../../state';
import { startLab } from '../../up';
import { labEnvironment, workerPolls, workerSpec } from '../../worker-process';
import { bulkPlan } from '../bulk-plan';
import { type Cost, measureCost } from '../cost';
import { hollowImages } from '../hollow-images';
import { residentMiB } from '../memory';
import { requireSuccess } from '../require-success';
import { type HistorySizes, historySizes } from './histories';
import { busiestFunctions, type BusyFunction } from './profile';
import { watchProgress } from './progress';

export interface WaveBenchOptions {
  dir: string;
  /** VMs of each wave, one wave after the other. */
  sizes: number[];
  disks: number;
  copySeconds: number;
  convertSeconds: number;
  /** VMs that migrate at once. */
  atOnce: number;
  /** Whether to find out which functions keep the worker busy. It makes the worker a little slower. */
  profile: boolean;
  log(line: string): void;
}

/** One wave. */
export interface WaveRow extends Cost {
  vms: number;
  /** A wave has a bound; more VMs are several waves at once. */
  waves: number;
  vmsPerSecond: number;
  histories: HistorySizes[];
  /** Of the worker, in MiB: the most that was seen, and when all had ended. */
  memory: { most: number; end: number };
  /** The longest that the state of a wave took to come, as `drover wave status` asks for it while VMs migrate. */
  statusSeconds: number;
}

export interface WaveBench {
  rows: WaveRow[];
  /** Of the worker's main thread over all waves; empty where nobody asked. */
  busiest: BusyFunction[];
}

/** Small: the options fix how long a copy takes, and the lab fills each disk before it begins. */
const DISK_MIB = 1;

/** Large enough that neither limits how many disks are copied at once. */
const SITE: BulkSite = {
  hosts: Array.from({ length: 8 }, (_, index) => `esxi-${index + 1}.lab.drover.dev`),
  datastores: ['ssd-1', 'ssd-2', 'ssd-3', 'ssd-4'],
};

/** @throws Error where a VM did not succeed. */
export async function measureWaves(options: WaveBenchOptions): Promise<WaveBench> {
  const total = options.sizes.reduce((sum, vms) => sum + vms, 0);
  const lab = await startLab({
    dir: join(options.dir, 'lab'),
    inventory: bulkInventory(total, options.disks, DISK_MIB, SITE),
    hollow: hollowImages(options),
    log: options.log,
    lifetime: 'caller',
  });
  const worker = await startWorker(lab.state, options);
  const rows: WaveRow[] = [];
  try {
    let first = 1;
    for (const vms of options.sizes) {
      rows.push(await measureWave(lab.state, worker, { ...options, vms, first }));
      first += vms;
    }
  } finally {
    await stopProcess(worker, 60_000);
    await lab.stop();
  }
  return { rows, busiest: options.profile ? busiestFunctions(options.dir) : [] };
}

function startWorker(lab: LabState, { profile, dir }: WaveBenchOptions): Promise<StartedProcess> {
  const spec = workerSpec(lab);
  const flags = profile ? ['--cpu-prof', `--cpu-prof-dir=${dir}`] : [];
  return startProcess({ ...spec, args: [...flags, ...spec.args] });
}

interface OneWave extends WaveBenchOptions {
  vms: number;
  /** Number of its first VM. */
  first: number;
}

async function measureWave(lab: LabState, worker: StartedProcess, wave: OneWave): Promise<WaveRow> {
  const { vms } = wave;
  await using drover = await DroverClient.connect({ env: labEnvironment(lab) });
  const client = await connect({ env: labEnvironment(lab) });
  try {
    await workerPolls(drover);
    const plans = plansOf(lab, wave);
    wave.log(`migrating ${countVms(vms)} in ${plans.length === 1 ? 'one wave' : `${plans.length} waves`}`);
    const from = new Date();
    const memory = { most: 0, end: 0 };
    const { cost, result } = await measureCost(lab, { vms, worker }, () =>
      runPlans(drover, client, plans, {
        ...wave,
        look: () => (memory.most = Math.max(memory.most, residentMiB(worker.pid))),
      }),
    );
    memory.end = residentMiB(worker.pid);
    return {
      vms,
      waves: plans.length,
      vmsPerSecond: vms / cost.seconds,
      ...cost,
      histories: await historySizes(client, from, new Date()),
      memory,
      statusSeconds: result.statusSeconds,
    };
  } finally {
    await client.connection.close();
  }
}

async function runPlans(
  drover: DroverClient,
  client: Client,
  plans: readonly Manifests[],
  wave: OneWave & { look: () => void },
): Promise<{ statusSeconds: number }> {
  const before = await succeeded(client);
  const handles = await Promise.all(plans.map((plan) => drover.startMigration(plan)));
  const progress = watchProgress({ ...wave, done: async () => (await succeeded(client)) - before, handles });
  try {
    for (const handle of handles) requireSuccess(await handle.result());
  } finally {
    await progress.stop();
  }
  const ended = (await succeeded(client)) - before;
  if (ended !== wave.vms)
    throw new Error(`${ended} of ${countVms(wave.vms)} succeeded, says Temporal's visibility`);
  return { statusSeconds: progress.statusSeconds() };
}

async function succeeded(client: Client): Promise<number> {
  const query = `WorkflowType = 'migrateVm' AND DroverOutcome = 'succeeded'`;
  return (await client.workflow.count(query)).count;
}

function plansOf(lab: LabState, { vms, first, atOnce }: OneWave): Manifests[] {
  const waves = Math.ceil(vms / MAX_VMS_PER_WAVE);
  return Array.from({ length: waves }, (_, wave) => {
    const begin = first + Math.round((wave * vms) / waves);
    const end = first + Math.round(((wave + 1) * vms) / waves);
    return bulkPlan({
      name: `bulk-${vms}-${wave + 1}`,
      vcenterUrl: lab.vcenter.url,
      vms: Array.from({ length: end - begin }, (_, index) => bulkName(begin + index)),
      storage: SITE.datastores.map((datastore) => ({ datastore, storageClass: 'fast-block' })),
      conversionImage: labImage(lab.registry, 'conversion'),
      maxConcurrentVms: Math.max(1, Math.min(end - begin, Math.round(atOnce / waves))),
    });
  });
}
