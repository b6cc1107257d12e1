/** Everything that one plan needs to know of its source, in few calls: at most 20 for 500 VMs. */
import type { SourceInventory, SourceVmRef } from '../../plan/inventory';
import { readSkew } from './clock';
import { readDiskUsers } from './disk-users';
import { listVmRefs, readVms } from './inventory';
import { readContainers } from './inventory-path';
import { readLacking } from './privileges';
import { readEverywhere } from './property-collector';
import type { Vim } from './session';
import { readNotes } from './source-notes';
import { PLACE_PATHS, toDatastore, toHost, toNetwork, toRules } from './source-places';
import { readSourceUuid } from './source-uuid';

/**
 * Of all VMs the references, in full only those that are chosen: reading a VM in full is dear.
 * @param notes what is wanted of the vCenter's notes on these VMs; null: nothing. Each different tag takes one call more.
 */
export async function readPlanSource(
  vim: Vim,
  choose: (refs: SourceVmRef[]) => readonly string[],
  notes: { tags: boolean } | null = null,
): Promise<SourceInventory> {
  const [vcenterUuid, known] = await Promise.all([readSourceUuid(vim), readContainers(vim)]);
  const [refs, places, skewSeconds] = await Promise.all([
    listVmRefs(vim, { known }),
    readPlaces(vim),
    readSkew(vim),
  ]);
  const vms = await readVms(vim, choose(refs), known);
  const morefs = vms.map(({ moref }) => moref);
  const lacking = await readLacking(vim, morefs);
  return {
    vcenterUuid,
    refs,
    vms: Object.fromEntries(vms.map((vm) => [vm.moref, vm])),
    ...places,
    diskUsers: await readDiskUsers(vim, vms),
    lacking,
    skewSeconds,
    ...(notes !== null && { notes: await readNotes(vim, morefs, notes) }),
  };
}

/** One view of all types: each view takes three calls, however little is in it. */
async function readPlaces(
  vim: Vim,
): Promise<Pick<SourceInventory, 'datastores' | 'networks' | 'hosts' | 'rules'>> {
  const found = await readEverywhere(vim, PLACE_PATHS);
  const ofType = (...types: string[]) => found.filter(({ ref }) => types.includes(ref.type));
  return {
    datastores: ofType('Datastore').map(toDatastore),
    networks: ofType('Network', 'DistributedVirtualPortgroup', 'OpaqueNetwork').flatMap(toNetwork),
    hosts: ofType('HostSystem').map(toHost),
    rules: ofType('ClusterComputeResource').flatMap(toRules),
  };
}
