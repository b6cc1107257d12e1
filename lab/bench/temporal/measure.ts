/** What a Temporal server sees of a VM, by copy method and number of disks: one migration of each, in the lab. */
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { DroverClient, type Manifests } from '../../../client';
import { connect } from '../../../client/connect';
import type { History } from '../../../client/history/recorded';
import { readDiskId } from '../../../plan/workflow-ids';
import { searchAttributes } from '../../../workflows/temporal-api';
import type { VcenterSpec, VmSpec } from '../../vcenter-spec';
import { bulkInventory } from '../../demo-inventory';
import { labImage } from '../../lab-images';
import { stopProcess } from '../../process';
import type { LabState } from '../../state';
import { startLab } from '../../up';
import { labEnvironment, startWorkerProcess, workerPolls } from '../../worker-process';
import { bulkPlan } from '../bulk-plan';
import { measureCost } from '../cost';
import { hollowImages } from '../hollow-images';
import { requireSuccess } from '../require-success';
import { addLoads, loadOf, type ServerLoad } from './server-load';

export interface LoadRow extends ServerLoad {
  /** The VM's kind; null: its share of its wave, of the pages of this wave, and of the transfer slots. */
  vm: { method: 'import' | 'plugin'; disks: number } | null;
  historyBytes: number;
}

export interface TemporalLoad {
  rows: LoadRow[];
  /** CPU of the Temporal server for one action, in milliseconds: its history's writing, polls and lists included. */
  cpuMsPerAction: number;
}

const METHODS = { import: 'ssd-1', plugin: 'san-1' } as const;
const DISKS = [1, 2, 4];
const KINDS = (['import', 'plugin'] as const).flatMap((method) => DISKS.map((disks) => ({ method, disks })));
const DISK_MIB = 4;

/** @throws Error where a VM did not succeed. */
export async function measureTemporalLoad(options: {
  dir: string;
  log(line: string): void;
}): Promise<TemporalLoad> {
  const lab = await startLab({
    dir: join(options.dir, 'lab'),
    inventory: inventory(),
    hollow: hollowImages({ copySeconds: 1, convertSeconds: 1 }),
    log: options.log,
    lifetime: 'caller',
  });
  const worker = await startWorkerProcess(lab.state);
  const client = await connect({ env: labEnvironment(lab.state) });
  try {
    options.log(`migrating ${KINDS.length} VMs`);
    const { cost } = await measureCost(lab.state, { vms: KINDS.length, worker }, () => migrate(lab.state));
    const rows = rowsOf(await histories(client));
    const actions = rows.reduce((sum, row) => sum + row.actions * (row.vm === null ? KINDS.length : 1), 0);
    return { rows, cpuMsPerAction: (1_000 * (cost.cpu['temporal'] ?? 0) * KINDS.length) / actions };
  } finally {
    await client.connection.close();
    await stopProcess(worker);
    await lab.stop();
  }
}

/** Sources run, as most do. */
function inventory(): VcenterSpec {
  const site = bulkInventory(KINDS.length, 1, DISK_MIB);
  const vms = KINDS.map(({ method, disks }, index): VmSpec => ({
    ...site.vms[index]!,
    name: nameOf({ method, disks }),
    powerState: 'poweredOn',
    disks: Array.from({ length: disks }, () => ({
      datastore: METHODS[method],
      sizeMiB: DISK_MIB,
      bus: 'scsi',
    })),
  }));
  return { ...site, datastores: Object.values(METHODS), vms };
}

function nameOf({ method, disks }: { method: string; disks: number }): string {
  return `${method}-${disks}`;
}

async function migrate(lab: LabState): Promise<void> {
  await using drover = await DroverClient.connect({ env: labEnvironment(lab) });
  await workerPolls(drover);
  const handle = await drover.startMigration(manifests(lab));
  requireSuccess(await handle.result());
}

function manifests(lab: LabState): Manifests {
  return bulkPlan({
    name: 'all-kinds',
    vcenterUrl: lab.vcenter.url,
    vms: KINDS.map(nameOf),
    storage: [
      { datastore: METHODS.import, storageClass: 'fast-block' },
      {
        datastore: METHODS.plugin,
        storageClass: 'zonal-block',
        offloadPlugin: { image: labImage(lab.registry, 'offload-plugin'), vars: { ARRAY_URL: lab.arrayUrl } },
      },
    ],
    conversionImage: labImage(lab.registry, 'conversion'),
    maxConcurrentVms: KINDS.length,
  });
}

interface OneHistory {
  workflowId: string;
  /** Of a VM's migration. */
  vmName: string | undefined;
  bytes: number;
  history: History;
}

/** Of every workflow that this lab has seen. */
async function histories(client: Client): Promise<OneHistory[]> {
  const all: OneHistory[] = [];
  for await (const { workflowId, runId, type, typedSearchAttributes } of client.workflow.list()) {
    const handle = client.workflow.getHandle(workflowId, runId);
    const [{ historySize = 0 }, history] = await Promise.all([handle.describe(), handle.fetchHistory()]);
    const vmName = type === 'migrateVm' ? typedSearchAttributes.get(searchAttributes.vm) : undefined;
    all.push({ workflowId, vmName, bytes: historySize, history });
  }
  return all;
}

function rowsOf(all: readonly OneHistory[]): LoadRow[] {
  const rest = new Set(all);
  const rows = KINDS.map((kind) => {
    const id = all.find(({ vmName }) => vmName === nameOf(kind))?.workflowId;
    const own = all.filter(
      ({ workflowId }) => workflowId === id || readDiskId(workflowId)?.vmWorkflowId === id,
    );
    for (const one of own) rest.delete(one);
    return rowOf(kind, own);
  });
  return [...rows, shareOf(rowOf(null, [...rest]), KINDS.length)];
}

function rowOf(vm: LoadRow['vm'], own: readonly OneHistory[]): LoadRow {
  const historyBytes = own.reduce((sum, { bytes }) => sum + bytes, 0);
  return { vm, historyBytes, ...addLoads(own.map(({ history }) => loadOf(history))) };
}

/** Of one among so many VMs. */
function shareOf(row: LoadRow, vms: number): LoadRow {
  const shares = Object.entries(row).map(([key, value]) => [
    key,
    typeof value === 'number' ? value / vms : (value as unknown),
  ]);
  return Object.fromEntries(shares) as LoadRow;
}
