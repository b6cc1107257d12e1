/** Scripts that customize the guests of a plan, as the plan names them. */
import { SCRIPTS_REMEDY } from '../guest-scripts';
import type { LentFault } from '../lent-fault';
import type { ManifestSet } from '../manifest-set';
import type { Problem } from '../problem';
import { lentProblem } from './lent';
import { planAt } from './places';

interface MapRef {
  namespace: string;
  name: string;
}

/** The ConfigMap with the scripts; without a namespace it is the Plan's. Null where the plan names none, or converts nothing. */
export function scriptsMap({ plan }: ManifestSet): MapRef | null {
  const { customizationScripts: named, skipGuestConversion } = plan.spec;
  if (named === undefined || named.name === '' || skipGuestConversion) return null;
  return { namespace: named.namespace ?? plan.metadata.namespace, name: named.name };
}

export function guestScriptsProblem(set: ManifestSet, map: MapRef, fault: LentFault): Problem {
  return lentProblem(planAt(set, 'spec.customizationScripts'), { kind: 'ConfigMap', ...map }, fault, {
    absent: 'create it with the scripts, or remove the field',
    unfit: SCRIPTS_REMEDY,
  });
}
