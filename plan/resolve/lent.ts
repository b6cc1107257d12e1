/** Why something that a plan names of others is not given to its conversions, where the plan names it. */
import type { LentFault } from '../lent-fault';
import { errorAt, type Location, type Problem } from '../problem';
import { consentProblem } from './check-consent';

interface Named {
  kind: 'Secret' | 'ConfigMap';
  namespace: string;
  name: string;
}

/** What a person can do, as an instruction. */
interface Remedies {
  absent: string;
  unfit: string;
}

const RESOURCES: Readonly<Record<Named['kind'], string>> = { Secret: 'secrets', ConfigMap: 'configmaps' };

export function lentProblem(
  at: Location,
  { kind, namespace, name }: Named,
  fault: LentFault,
  remedies: Remedies,
): Problem {
  const named = `${kind} ${namespace}/${name}`;
  switch (fault.kind) {
    case 'absent':
      return errorAt(at, `there is no ${named}`, remedies.absent);
    case 'forbidden':
      return errorAt(
        at,
        `Drover may not get ${RESOURCES[kind]}/${name} in namespace ${namespace}`,
        'give its account this right: deploy/plans has it',
      );
    case 'unconsented':
      return consentProblem(at, fault);
    case 'unfit':
      return errorAt(at, `${named} ${fault.found}`, remedies.unfit);
  }
}
