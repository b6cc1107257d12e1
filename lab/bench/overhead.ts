/**
 * What Drover costs beside the work itself: time beyond the critical path, requests, CPU, history.
 *
 * Copies are imports, sources are off, and the stand-ins are told how long a copy and a conversion take: what is
 * measured beyond that is scheduling, waiting and book-keeping of everything on the machine. Unless it is asked to run
 * containers, importers and converters take their time without a process: elsewhere they have machines of their own.
 */
import { DroverClient, type Manifests, type WaveResult } from '../../client';
import { connect } from '../../client/connect';
import { NOTHING_FOUND, terminationMessage, type ConversionReport } from '../../images/conversion/report';
import { bulkInventory } from '../demo-inventory';
import type { HollowImages } from '../node/hollow';
import { stopProcess } from '../process';
import type { LabState } from '../state';
import { startLab } from '../up';
import { labImage } from '../lab-images';
import { labEnvironment, startWorkerProcess, workerPolls } from '../worker-process';
import { countRequests, type RequestCount } from './audit';
import { bulkPlan } from './bulk-plan';
import { cpuSeconds } from './cpu';

export interface OverheadOptions {
  dir: string;
  /** Sizes of the waves, one after the other. */
  waves: number[];
  disks: number;
  copySeconds: number;
  convertSeconds: number;
  /** Importers copy and converters' entrypoints run; otherwise they only take their time. */
  runContainers: boolean;
  log(line: string): void;
}

/** One wave's cost. Everything but `seconds` is per VM. */
export interface OverheadRow {
  vms: number;
  /** From the start of the wave to its report. */
  seconds: number;
  beyondSeconds: number;
  ownRequests: number;
  totalRequests: number;
  requestKinds: RequestCount['byKind'];
  /** CPU seconds by process. */
  cpu: Record<string, number>;
  historyEvents: number;
  historyBytes: number;
}

const DISK_MIB = 4;

export async function measureOverhead(options: OverheadOptions): Promise<OverheadRow[]> {
  const total = options.waves.reduce((sum, vms) => sum + vms, 0);
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
  try {
    const rows: OverheadRow[] = [];
    let first = 1;
    for (const vms of options.waves) {
      options.log(`migrating ${vms} VM${vms === 1 ? '' : 's'}`);
      rows.push(await measureWave(lab.state, { ...options, vms, first, worker }));
      first += vms;
    }
    return rows;
  } finally {
    await stopProcess(worker);
    await lab.stop();
  }
}

function hollowImages({ copySeconds, convertSeconds }: OverheadOptions): HollowImages {
  const report: ConversionReport = {
    ...NOTHING_FOUND,
    stage: null,
    converted: true,
    disks: 'converted',
  };
  return {
    pause: {},
    importer: { seconds: copySeconds },
    conversion: { seconds: convertSeconds, message: terminationMessage(report) },
  };
}

interface WaveOptions extends OverheadOptions {
  vms: number;
  /** Number of the wave's first VM. */
  first: number;
  worker: { name: string; pid: number };
}

async function measureWave(lab: LabState, options: WaveOptions): Promise<OverheadRow> {
  await using drover = await DroverClient.connect({ env: labEnvironment(lab) });
  await workerPolls(drover);
  const processes = [...lab.processes, options.worker];
  const cpuBefore = cpuSeconds(processes);
  const from = new Date();
  const handle = await drover.startMigration(manifestsOf(lab, options));
  const result = await handle.result();
  const seconds = (Date.now() - from.getTime()) / 1000;
  const cpuAfter = cpuSeconds(processes);
  requireSuccess(result);

  const requests = await countRequests(lab.auditLog, { from, to: new Date() });
  const history = await historySize(lab, [handle.workflowId, ...result.vms.map((vm) => vm.workflowId)]);
  const perVm = (value: number): number => value / options.vms;
  return {
    vms: options.vms,
    seconds,
    beyondSeconds: seconds - options.copySeconds - options.convertSeconds,
    ownRequests: perVm(requests.own),
    totalRequests: perVm(requests.total),
    requestKinds: requests.byKind,
    cpu: Object.fromEntries(
      Object.entries(cpuAfter).map(([name, after]) => [name, perVm(after - (cpuBefore[name] ?? 0))]),
    ),
    historyEvents: perVm(history.events),
    historyBytes: perVm(history.bytes),
  };
}

function manifestsOf(lab: LabState, options: WaveOptions): Manifests {
  const numbers = Array.from({ length: options.vms }, (_, index) => options.first + index);
  return bulkPlan({
    name: `bulk-${options.vms}-from-${options.first}`,
    vcenterUrl: lab.vcenter.url,
    vms: numbers.map((number) => `bulk-${String(number).padStart(3, '0')}`),
    storageClass: 'fast-block',
    conversionImage: labImage(lab.registry, 'conversion'),
    maxConcurrentVms: options.vms,
  });
}

function requireSuccess(result: WaveResult): void {
  if (result.succeeded) return;
  const reasons = [
    ...result.problems.map((problem) => problem.found),
    ...result.results.flatMap((vm) => vm.failure?.message ?? []),
  ];
  throw new Error(`the wave did not succeed, so it measures nothing: ${reasons.join('; ')}`);
}

/** Of the wave and its VMs; the disks' own histories are found below their VM's id. */
async function historySize(lab: LabState, workflowIds: string[]): Promise<{ events: number; bytes: number }> {
  const client = await connect({ env: labEnvironment(lab) });
  try {
    const size = { events: 0, bytes: 0 };
    const wanted = new Set(workflowIds);
    for await (const execution of client.workflow.list()) {
      const parent = execution.workflowId.replace(/\/disk-\d+$/, '');
      if (!wanted.has(parent)) continue;
      size.events += execution.historyLength;
      size.bytes += execution.historySize ?? 0;
    }
    return size;
  } finally {
    await client.connection.close();
  }
}
