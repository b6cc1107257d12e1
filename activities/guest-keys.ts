/** Whether the conversions of a plan get the passphrases that it names, as far as can be said before. */
import type { ManifestSet } from '../plan/manifest-set';
import type { PlanVm } from '../plan/manifests/plan-vm';
import type { Problem } from '../plan/problem';
import { guestKeysProblem, keysSecret, namesKeys } from '../plan/resolve/guest-keys';
import { inParallel } from './in-parallel';
import { lookAtGuestKeys } from './kubernetes/access/guest-keys';
import type { Clusters } from './kubernetes/access/clusters';
import { clusterFailure } from './kubernetes/api/errors';
import type { RegistrySettings } from './registry/check-images';

/** Requests that run at once: a plan of thousands of VMs may name a Secret for each. */
const AT_ONCE = 10;

interface Dependencies {
  clusters: Clusters;
  registries: RegistrySettings;
}

/** @param chosen VMs that are to be migrated, each with its place in the plan */
export async function checkGuestKeys(
  { clusters, registries }: Dependencies,
  set: ManifestSet,
  chosen: readonly { entry: PlanVm; index: number }[],
): Promise<Problem[]> {
  if (!namesKeys(set)) return [];
  const uses = chosen.flatMap(({ entry, index }) => {
    const secret = keysSecret(set, entry);
    return secret === null ? [] : [{ index, secret }];
  });
  const place = { namespace: set.plan.spec.targetNamespace, url: set.target.spec.url };
  const handing = { place, images: [set.plan.spec.drover.conversionImage] };
  const look = async (secret: (typeof uses)[number]['secret']) =>
    lookAtGuestKeys(clusters.own.api, { secret, handing }, registries.allowed).catch((error: unknown) => {
      throw clusterFailure(error);
    });
  const secrets = [...new Map(uses.map(({ secret }) => [nameOf(secret), secret])).values()];
  const found = await inParallel(secrets, AT_ONCE, look);
  const faults = new Map(secrets.map((secret, place) => [nameOf(secret), found[place]]));
  return uses.flatMap(({ index, secret }) => {
    const fault = faults.get(nameOf(secret));
    return fault == null ? [] : [guestKeysProblem(set, index, { secret, fault })];
  });
}

function nameOf({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}
