import type { Sighting } from './check';
import type { Facts, VcenterFacts } from './facts';

/** Judges what a vCenter has said. Where it said no, or nobody could ask it, the check `vcenter` alone says so. */
export function ofVcenter({ source }: Facts, judge: (facts: VcenterFacts) => Sighting[]): Sighting[] {
  if (source === null || !source.vcenter.known || source.vcenter.value.refusal !== null) return [];
  return judge(source.vcenter.value);
}
