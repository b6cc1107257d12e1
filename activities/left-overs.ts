/** What a run that adopts would keep, asked for the VMs of a plan that is checked. Changes nothing. */
import { judgeLeftOver, type SourceNow } from '../plan/adoption';
import type { FrozenVm } from '../plan/frozen';
import type { LeftVm } from '../plan/resolve/check-left-over';
import type { Cluster } from './kubernetes/access/clusters';
import { readLeftBehind } from './kubernetes/target/left-behind';

/** VMs that are judged for one check; of others a plan check says only that something is left. */
const MOST_JUDGED = 20;

/** One after the other: they are few. */
export async function judgeLeftOvers(
  { api }: Pick<Cluster, 'api'>,
  vms: readonly FrozenVm[],
  readSource: (vm: FrozenVm) => Promise<SourceNow>,
): Promise<LeftVm[]> {
  const judged: LeftVm[] = [];
  for (const vm of vms.slice(0, MOST_JUDGED)) {
    const found = judgeLeftOver(vm, await readLeftBehind(api, vm), await readSource(vm));
    if (found !== null) judged.push({ name: vm.vm.name, judged: found });
  }
  return judged;
}
