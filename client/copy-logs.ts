/** What the copier of one disk says or said: live while it is at work, else as it was kept when its attempt failed. */
import type { Client } from '@temporalio/client';
import type { FrozenDisk } from '../plan/frozen';
import { vmRef } from '../plan/vm-ref';
import { diskId } from '../plan/workflow-ids';
import type { CopyLogResult } from '../workflows/temporal-api';
import { DroverError } from './errors';
import { readKeptLogs } from './kept-logs';
import type { StartedVm } from './started-vm';
import { requireWorker } from './readiness';
import { readCopyLog } from './short-workflows';

export interface CopyLogOptions {
  /** Index of the disk. */
  disk: number;
  /** Counts over the whole migration; absent: the one at work, else the last that failed. */
  attempt?: number;
  lines: number;
}

export interface CopyLog extends CopyLogResult {
  /** `kept`: of an attempt that has failed. */
  from: 'live' | 'kept';
}

interface Migration {
  client: Client;
  /** Its own, whose workers can read its logs. */
  taskQueue: string;
  vm: StartedVm;
  /** When it began, ISO 8601. */
  startedAt: string;
}

/** @throws `NotFound` where the VM has no such disk */
export function diskAt({ disks, vm }: StartedVm, index: number): FrozenDisk {
  const disk = disks.find((candidate) => candidate.index === index);
  if (disk !== undefined) return disk;
  const last = disks.length - 1;
  throw new DroverError('NotFound', `${vm.name} has no disk ${index}; its disks are 0 to ${last}`);
}

/** @throws `NotFound`, `NoWorker` where only a worker could tell, `Refused` */
export async function copyLog(migration: Migration, options: CopyLogOptions): Promise<CopyLog> {
  const { client, vm, startedAt } = migration;
  const disk = diskAt(vm, options.disk);
  const id = diskId({ vcenterUuid: vm.vcenterUuid, moref: vm.vm.moref }, disk.key);
  const { attempt } = options;
  const kept = await readKeptLogs(client, id, startedAt);
  const wanted = attempt === undefined ? kept.at(-1) : kept.find((log) => log.attempt === attempt);
  if (attempt !== undefined && wanted !== undefined) return fromKept(wanted.lines, wanted, options.lines);
  if (await isRunning(client, id)) {
    const page = await liveLog(migration, disk, { ...options, after: null });
    if (page.attempt !== null || wanted === undefined) return page;
  }
  if (wanted !== undefined) return fromKept(wanted.lines, wanted, options.lines);
  return {
    from: 'kept',
    attempt: attempt ?? null,
    lines: [],
    note: whyNone(disk),
    running: false,
    next: null,
  };
}

/** What is new since `after`. */
export async function liveLog(
  { client, taskQueue, vm }: Migration,
  disk: FrozenDisk,
  { attempt, lines, after }: Pick<CopyLogOptions, 'attempt' | 'lines'> & { after: string | null },
): Promise<CopyLog> {
  await requireWorker(client.connection, client.options.namespace, taskQueue);
  const input = { vm: vmRef(vm), disk, attempt: attempt ?? null, lines, after };
  return { from: 'live', ...(await readCopyLog({ client, taskQueue }, input)) };
}

function fromKept(
  lines: string[],
  { attempt, kind }: { attempt: number; kind: string },
  most: number,
): CopyLog {
  const note = lines.length === 0 ? `attempt ${attempt} failed (${kind}) and left no log` : null;
  return { from: 'kept', attempt, lines: lines.slice(-most), note, running: false, next: null };
}

function whyNone({ method, volumeName }: FrozenDisk): string {
  return method.kind === 'import'
    ? `it is imported by CDI, whose importer has its own log: kubectl logs importer-${volumeName}`
    : 'no attempt at it is at work, and none has failed: logs are kept of those that fail';
}

async function isRunning(client: Client, workflowId: string): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    return status.name === 'RUNNING';
  } catch {
    // Never started, or its record has expired.
    return false;
  }
}
