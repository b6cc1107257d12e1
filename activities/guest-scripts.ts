/** Whether the conversions of a plan get the scripts that it names, as far as can be said before. */
import type { ManifestSet } from '../plan/manifest-set';
import type { Problem } from '../plan/problem';
import { guestScriptsProblem, scriptsMap } from '../plan/resolve/guest-scripts';
import type { Clusters } from './kubernetes/access/clusters';
import { lookAtGuestScripts } from './kubernetes/access/guest-scripts';
import { clusterFailure } from './kubernetes/api/errors';
import type { RegistrySettings } from './registry/check-images';

interface Dependencies {
  clusters: Clusters;
  registries: RegistrySettings;
}

/** @param toMigrate how many VMs there are to migrate: where none is left, nobody needs the scripts */
export async function checkGuestScripts(
  { clusters, registries }: Dependencies,
  set: ManifestSet,
  toMigrate: number,
): Promise<Problem[]> {
  const map = scriptsMap(set);
  if (map === null || toMigrate === 0) return [];
  const place = { namespace: set.plan.spec.targetNamespace, url: set.target.spec.url };
  const handing = { place, images: [set.plan.spec.drover.conversionImage] };
  try {
    const fault = await lookAtGuestScripts(clusters.own.api, { map, handing }, registries.allowed);
    return fault === null ? [] : [guestScriptsProblem(set, map, fault)];
  } catch (error) {
    throw clusterFailure(error);
  }
}
