/**
 * Ids of workflows, worked out from what the workflows are about, and read back. Temporal refuses a second workflow of the
 * same id while the first one runs.
 */
import type { SourceId } from './earlier';

const WAVE = 'migrate/';
const DISK = '/disk-';
const PAGE = '/page/';

export function waveId(plan: { namespace: string; name: string }): string {
  return `${WAVE}${planName(plan)}`;
}

/** A wave's id, or one of its pages': whoever has started a migration and wants to hear of it. */
export function isWaveId(workflowId: string): boolean {
  return workflowId.startsWith(WAVE);
}

/** The id of one page of a wave, by the id of the wave. A plan's name has no slash: no wave's id ends like this. */
export function pageId(waveWorkflowId: string, number: number): string {
  return `${waveWorkflowId}${PAGE}${number}`;
}

/** A plan as lists, search attributes and ids name it: `openshift-mtv/wave-1`. */
export function planName({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}

/** Names no plan: so one VM can't be migrated by two plans at once. */
export function vmId({ vcenterUuid, moref }: SourceId): string {
  return `migrate-vm/${vcenterUuid}/${moref}`;
}

/** Whether it may be the id of a VM's migration. */
export function isVmId(workflowId: string): boolean {
  return workflowId.startsWith('migrate-vm/') && readDiskId(workflowId) === null;
}

/** The moref in the id of a VM's migration. */
export function morefOf(vmWorkflowId: string): string {
  return vmWorkflowId.split('/').at(-1) ?? '';
}

export function diskId(vm: SourceId, diskKey: number): string {
  return diskIdBelow(vmId(vm), diskKey);
}

/** The id of the copy of one disk, by the id of its VM's migration. */
export function diskIdBelow(vmWorkflowId: string, diskKey: number): string {
  return `${vmWorkflowId}${DISK}${diskKey}`;
}

/** The parts of a copy's id; null for the id of any other workflow. */
export function readDiskId(workflowId: string): { vmWorkflowId: string; diskKey: number } | null {
  const at = workflowId.lastIndexOf(DISK);
  const key = workflowId.slice(at + DISK.length);
  return at < 0 || !/^\d+$/.test(key)
    ? null
    : { vmWorkflowId: workflowId.slice(0, at), diskKey: Number(key) };
}

/** Of the one workflow of a Temporal namespace that says which disk may copy now. */
export const TRANSFER_SLOTS_ID = 'transfer-slots';
