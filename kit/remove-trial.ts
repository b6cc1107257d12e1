/** Removes what a trial has made. */
import { type ApiObject, type Kind, PODS, VOLUME_CLAIMS } from '../activities/kubernetes/api/kinds';
import { ownedBy } from '../activities/kubernetes/api/ownership';
import { removeLogins } from '../activities/kubernetes/copies/source-access';
import { endJobs } from '../activities/kubernetes/pods/job-pods';
import { untilGone } from '../activities/kubernetes/waiting/gone';
import { SiteError } from './site-error';
import { scopeOf, type Trial } from './trial';

/** How long one object may take to go. */
const REMOVAL_SECONDS = 120;

/**
 * Also after an interrupt.
 * @throws SiteError where something stays
 */
export async function removeTrial({ site, vm }: Trial): Promise<void> {
  const scope = { ...scopeOf(site), signal: new AbortController().signal };
  const { api } = site.cluster;
  try {
    await endJobs(scope, { vm, step: 'copy' });
    await removeLogins(api, { vm });
    // A volume stays for as long as a Pod has it.
    for (const kind of [PODS, VOLUME_CLAIMS] as Kind<ApiObject>[]) {
      const { items } = await api.list(kind, { namespace: vm.namespace, labelSelector: ownedBy(vm) });
      for (const { metadata } of items) {
        const ref = { name: metadata?.name ?? '', namespace: vm.namespace };
        await api.delete(kind, ref);
        await untilGone(scope, kind, ref, { seconds: REMOVAL_SECONDS });
      }
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : 'no reason is known';
    throw new SiteError(
      `something of the test is left in namespace ${vm.namespace} (-l ${ownedBy(vm)}): ${why}`,
    );
  }
}
