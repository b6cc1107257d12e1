/** Whether a VM's target runs at the end of its migration. */
import type { ManifestSet } from '../manifest-set';
import type { PlannedVm } from './planned-vm';

type Spec = Pick<ManifestSet['plan']['spec'], 'targetPowerState'>;

/** The VM's own word counts before the plan's. */
export function powerWish({ chosen }: PlannedVm, spec: Spec): 'on' | 'off' | 'auto' {
  return chosen.entry.targetPowerState ?? spec.targetPowerState;
}

/** `auto` is as the source. */
export function startsTarget(planned: PlannedVm, spec: Spec): boolean {
  const wish = powerWish(planned, spec);
  return wish === 'auto' ? planned.vm.power.state === 'poweredOn' : wish === 'on';
}
