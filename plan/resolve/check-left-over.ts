/** What a run that adopts would keep of what unfinished runs have left: said before anything is started. */
import type { JudgedLeftOver } from '../adoption';
import type { ManifestSet } from '../manifest-set';
import { type Problem, warningAt } from '../problem';
import { planAt } from './places';

/** A VM of the plan of which something is left. */
export interface LeftVm {
  name: string;
  judged: JudgedLeftOver;
}

export function checkLeftOver(set: ManifestSet, vms: readonly LeftVm[]): Problem[] {
  return vms.map(({ name, judged }) => {
    const { found, remedy } = describe(judged);
    return warningAt(planAt(set, 'spec.vms'), `VM "${name}": ${found}`, remedy);
  });
}

function describe({ adoption, refusal }: JudgedLeftOver): { found: string; remedy: string } {
  if (refusal !== null)
    return { found: refusal.why, remedy: 'see docs/operations.md, TargetLeftOver and TargetUnclear' };
  const { disks } = adoption;
  const lost = disks.filter(({ copyId }) => copyId === null);
  const why = lost.map((disk) => `; disk ${disk.index} is copied again: ${disk.why}`).join('');
  const keeps = `${disks.length - lost.length} of ${disks.length} ${disks.length === 1 ? 'disk' : 'disks'}`;
  return {
    found: `an unfinished run has left parts, of which --adopt keeps ${keeps}${why}`,
    remedy: 'migrate with --adopt to keep what is proven; without it the VM parks, and you decide then',
  };
}
