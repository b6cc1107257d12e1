/** Where the image with VMware's library comes from: the DataVolume, else the cluster's own setting. */
import type { V1PersistentVolumeClaim } from '@kubernetes/client-node';
import type { Cluster } from '../cluster';
import { CONFIG_MAPS } from '../resources';
import * as notes from './annotations';

const CONFIG_MAP = { namespace: 'cdi', name: 'v2v-vmware' };

/** Null where nobody names one. */
export async function vddkImage(cluster: Cluster, claim: V1PersistentVolumeClaim): Promise<string | null> {
  const given = claim.metadata?.annotations?.[notes.VDDK_IMAGE];
  if (given) return given;
  const settings = await cluster.find(CONFIG_MAPS, CONFIG_MAP);
  return settings?.data?.['vddk-init-image'] ?? null;
}

/** How CDI notes on the claim that it waits for one. */
export function awaitingVddk(): Record<string, string> {
  return {
    [notes.BOUND]: 'false',
    [notes.BOUND_REASON]: 'AwaitingVDDK',
    [notes.BOUND_MESSAGE]: `waiting for ${CONFIG_MAP.name} configmap or ${notes.VDDK_IMAGE} annotation for VDDK image`,
  };
}
