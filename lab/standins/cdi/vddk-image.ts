/**
 * The image with VMware's library: the DataVolume names it, else a ConfigMap of the cluster.
 * Source (kubevirt/containerized-data-importer): pkg/controller/import-controller.go, createImporterPod.
 */
import type { V1PersistentVolumeClaim } from '@kubernetes/client-node';
import { VDDK_SETTINGS } from '../resources';
import type { World } from '../world';
import * as notes from './annotations';

/** Null where neither names one. */
export function vddkImage({ vddkSettings }: World, claim: V1PersistentVolumeClaim): string | null {
  const given = claim.metadata?.annotations?.[notes.VDDK_IMAGE];
  if (given) return given;
  const settings = vddkSettings.get(VDDK_SETTINGS.name, VDDK_SETTINGS.namespace);
  return settings?.data?.['vddk-init-image'] ?? null;
}

/** The annotations by which CDI says that it waits for the image. */
export function awaitingVddk(): Record<string, string> {
  return {
    [notes.BOUND]: 'false',
    [notes.BOUND_REASON]: 'AwaitingVDDK',
    [notes.BOUND_MESSAGE]: `waiting for ${VDDK_SETTINGS.name} configmap or ${notes.VDDK_IMAGE} annotation for VDDK image`,
  };
}
