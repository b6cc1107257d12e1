/**
 * What Drover costs besides copying and converting: time beyond the critical path, requests, CPU, history.
 *
 * Copies are imports, sources are off, and the options fix how long a copy and a conversion take. The rest of the
 * measured time is scheduling, waiting and book-keeping of everything on the machine. By default importers and
 * converters only last this long, without a process: in a real cluster they run on other machines.
 */
import { DroverClient, type Manifests } from '../../client';
import { connect } from '../../client/connect';
import { countVms } from '../../client/render/format';
import { readDiskId } from '../../plan/workflow-ids';
import { bulkInventory, bulkName } from '../demo-inventory';
import { stopProcess } from '../process';
import type { LabState } from '../state';
import { startLab } from '../up';
import { labImage } from '../lab-images';
import { labEnvironment, startWorkerProcess, workerPolls } from '../worker-process';
import { bulkPlan } from './bulk-plan';
import { type Cost, measureCost } from './cost';
import { hollowImages } from './hollow-images';
import { PlainLoop } from './plain-loop';
import { requireSuccess } from './require-success';

export interface OverheadOptions {
  dir: string;
  /** Sizes of the waves, one after the other. */
  waves: number[];
  disks: number;
  copySeconds: number;
  convertSeconds: number;
  /** True: importers copy and converters' entrypoints run. False: they only last as long as the options say. */
  runContainers: boolean;
  /** True: after each wave, a second wave of equal size goes through these steps in a loop without Temporal. */
  plainLoop: boolean;
  log(line: string): void;
}

/** What a wave cost, with or without Temporal. All values except the seconds are per VM. */
export interface WaveCost extends Cost {
  /** `seconds` without the time of one copy and one conversion. */
  beyondSeconds: number;
}

/** The cost of one wave, and of its plain loop, where the options ask for one. */
export interface OverheadRow extends WaveCost {
  vms: number;
  historyEvents: number;
  historyBytes: number;
  plainLoop: WaveCost | null;
}

/** Size of each disk in MiB: small, because the options fix how long a copy takes. */
const DISK_MIB = 4;

export async function measureOverhead(options: OverheadOptions): Promise<OverheadRow[]> {
  const once = options.waves.reduce((sum, vms) => sum + vms, 0);
  const total = options.plainLoop ? 2 * once : once;
  // Where they run, the importer and the converter read these from their node.
  process.env['LAB_COPY_SECONDS'] = String(options.copySeconds);
  process.env['LAB_CONVERT_SECONDS'] = String(options.convertSeconds);
  const lab = await startLab({
    dir: options.dir,
    inventory: bulkInventory(total, options.disks, DISK_MIB),
    hollow: options.runContainers ? {} : hollowImages(options),
    log: options.log,
    lifetime: 'caller',
  });
  const worker = await startWorkerProcess(lab.state);
  const loop = options.plainLoop ? PlainLoop.open(lab.state) : null;
  try {
    const rows: OverheadRow[] = [];
    let first = 1;
    for (const vms of options.waves) {
      options.log(`migrating ${countVms(vms)}`);
      const wave = { ...options, vms, worker };
      const row = await measureWave(lab.state, { ...wave, first });
      first += vms;
      rows.push({ ...row, plainLoop: loop && (await measureLoop(lab.state, loop, { ...wave, first })) });
      if (loop !== null) first += vms;
    }
    return rows;
  } finally {
    await loop?.close();
    await stopProcess(worker);
    await lab.stop();
  }
}

interface WaveOptions extends OverheadOptions {
  vms: number;
  /** Number of the wave's first VM. */
  first: number;
  worker: { name: string; pid: number };
}

async function measureWave(lab: LabState, options: WaveOptions): Promise<Omit<OverheadRow, 'plainLoop'>> {
  await using drover = await DroverClient.connect({ env: labEnvironment(lab) });
  await workerPolls(drover);
  const { cost, result } = await measure(lab, options, async () => {
    const handle = await drover.startMigration(manifestsOf(lab, options));
    return { workflowId: handle.workflowId, wave: await handle.result() };
  });
  requireSuccess(result.wave);
  const vmIds = result.wave.vms.map((vm) => vm.workflowId);
  const history = await historySize(lab, [result.workflowId, ...vmIds]);
  return {
    vms: options.vms,
    ...cost,
    historyEvents: history.events / options.vms,
    historyBytes: history.bytes / options.vms,
  };
}

async function measureLoop(lab: LabState, loop: PlainLoop, options: WaveOptions): Promise<WaveCost> {
  const { cost } = await measure(lab, options, () => loop.migrate(manifestsOf(lab, options)));
  return cost;
}

async function measure<R>(
  lab: LabState,
  { vms, worker, copySeconds, convertSeconds }: WaveOptions,
  run: () => Promise<R>,
): Promise<{ cost: WaveCost; result: R }> {
  const { cost, result } = await measureCost(lab, { vms, worker }, run);
  return { cost: { ...cost, beyondSeconds: cost.seconds - copySeconds - convertSeconds }, result };
}

function manifestsOf(lab: LabState, options: WaveOptions): Manifests {
  const numbers = Array.from({ length: options.vms }, (_, index) => options.first + index);
  return bulkPlan({
    name: `bulk-${options.vms}-from-${options.first}`,
    vcenterUrl: lab.vcenter.url,
    vms: numbers.map(bulkName),
    storage: [{ datastore: 'ssd-1', storageClass: 'fast-block' }],
    conversionImage: labImage(lab.registry, 'conversion'),
    maxConcurrentVms: options.vms,
  });
}

/** The size of the histories of the wave, of its VMs and of their disks (whose ids begin with their VM's id). */
async function historySize(lab: LabState, workflowIds: string[]): Promise<{ events: number; bytes: number }> {
  const client = await connect({ env: labEnvironment(lab) });
  try {
    const size = { events: 0, bytes: 0 };
    const wanted = new Set(workflowIds);
    for await (const execution of client.workflow.list()) {
      const parent = readDiskId(execution.workflowId)?.vmWorkflowId ?? execution.workflowId;
      if (!wanted.has(parent)) continue;
      size.events += execution.historyLength;
      size.bytes += execution.historySize ?? 0;
    }
    return size;
  } finally {
    await client.connection.close();
  }
}
