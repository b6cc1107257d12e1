/** Which VMs a rollback is about: one, those of a plan, or those of a group of a plan. */
import { UsageError } from '../command';
import type { DroverClient } from '../drover-client';
import { DroverError } from '../errors';
import { pickVm } from '../find-vm';
import type { VmListEntry } from '../vm-list';
import { lastSuccess } from './finished';

export interface Choice {
  vm?: string | undefined;
  /** `namespace/name`. */
  plan?: string | undefined;
  group?: string | undefined;
}

/** Of a plan those whose migrations have succeeded, whatever came after. */
export async function chooseVms(drover: DroverClient, { vm, plan, group }: Choice): Promise<VmListEntry[]> {
  if (vm === undefined && plan === undefined) throw new UsageError('name a VM, or say --plan');
  if (group !== undefined && (plan === undefined || vm !== undefined))
    throw new UsageError('--group is of a plan: give --plan, and no VM');
  const listed = await drover.list(plan === undefined ? {} : { plan });
  if (vm !== undefined) return [pickVm(listed, vm)];
  const finished = listed.filter((entry) => lastSuccess(entry) !== null);
  if (group === undefined || plan === undefined) return finished;
  const ids = await idsOfGroup(drover, plan, group);
  return finished.filter(({ workflowId }) => ids.has(workflowId));
}

/** @throws `NotFound` where Temporal has no record of the wave, or the group is unknown */
async function idsOfGroup(drover: DroverClient, plan: string, group: string): Promise<Set<string>> {
  const [namespace = '', name = ''] = plan.split('/');
  const { vms } = await drover.migration({ namespace, name }).state();
  const ids = vms.filter((one) => one.group === group).map(({ workflowId }) => workflowId);
  if (ids.length > 0) return new Set(ids);
  const known = [...new Set(vms.flatMap((one) => one.group ?? []))];
  throw new DroverError(
    'NotFound',
    `plan ${plan} has no group "${group}"; its groups: ${known.join(', ') || 'none'}`,
  );
}
