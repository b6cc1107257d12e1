/** Whether importers get in at the ESXi hosts that a plan has Hosts of: asked before anything is frozen. */
import { ApplicationFailure } from '@temporalio/common';
import type { Handing } from '../plan/consent';
import type { FailureKind } from '../plan/failures';
import { viaHost } from '../plan/import-host';
import type { HostAccess, SourceInventory } from '../plan/inventory';
import type { ManifestSet } from '../plan/manifest-set';
import { sourceRef } from '../plan/provider-refs';
import { findHosts } from '../plan/resolve/import-hosts';
import { inParallel } from './in-parallel';
import type { VcenterPool } from './vsphere/pool';
import { readSeenVms } from './vsphere/seen-vms';

/** Hosts that are asked at once. */
const AT_ONCE = 8;

/** That say something of one host, and not of the worker. */
const OF_THE_HOST: readonly FailureKind[] = [
  'SourceUnreachable',
  'SourceEndpointWrong',
  'SourceLoginRefused',
  'SourceCertificateRefused',
  'SourceRightsMissing',
  'SourceFault',
];

/** @param handing what importers do with the logins */
export async function readHostAccess(
  pool: VcenterPool,
  set: ManifestSet,
  { inventory, handing, signal }: { inventory: SourceInventory; handing: Handing; signal: AbortSignal },
): Promise<ReadonlyMap<string, HostAccess>> {
  const { found } = findHosts(set, inventory.hosts);
  const all = Object.values(inventory.vms);
  const entries = await inParallel(found, AT_ONCE, async (host): Promise<[string, HostAccess]> => {
    const here = all.filter((vm) => vm.host.moref === host.moref);
    const wanted = new Set(here.map(({ instanceUuid }) => instanceUuid));
    const source = viaHost(sourceRef(set.source), host);
    const access = await pool
      .use(source, (vim) => readSeenVms(vim, wanted), signal, handing)
      .catch((error: unknown) => ({ fault: faultOf(error) }));
    return [host.moref, access];
  });
  return new Map(entries);
}

function faultOf(error: unknown): string {
  const kind = error instanceof ApplicationFailure ? error.type : null;
  if (!(error instanceof ApplicationFailure) || !OF_THE_HOST.some((known) => known === kind)) throw error;
  return error.message;
}
