/** What owners of Secrets have not said yet, as problems of the plan that names the Secrets. */
import type { MissingConsent } from '../consent';
import type { HostManifest } from '../manifests/host';
import type { ProviderManifest } from '../manifests/provider';
import { errorAt, type Location, type Problem } from '../problem';
import { manifestAt } from './places';

export function loginProblem(owner: ProviderManifest | HostManifest, missing: MissingConsent): Problem {
  return consentProblem(manifestAt(owner, 'spec.secret.name'), missing);
}

export function consentProblem(at: Location, { found, command }: MissingConsent): Problem {
  return errorAt(at, found, `its owner can say so: ${command}`);
}
