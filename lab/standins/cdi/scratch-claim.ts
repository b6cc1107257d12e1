/**
 * The claim on which an image of a registry lies before it is copied to its volume.
 * Source (kubevirt/containerized-data-importer): pkg/controller/import-controller.go, requiresScratchSpace, and
 * pkg/controller/util.go, newScratchPersistentVolumeClaimSpec and GetScratchPvcStorageClass.
 */
import type { V1PersistentVolumeClaim, V1Pod } from '@kubernetes/client-node';
import type { World } from '../world';
import * as notes from './annotations';

export function needsScratch({ metadata }: V1PersistentVolumeClaim): boolean {
  return metadata?.annotations?.[notes.SOURCE] === 'registry';
}

export function scratchName({ metadata }: V1PersistentVolumeClaim): string {
  return `${metadata?.name}-scratch`;
}

/** CDI's own for that, else the class of the volume that is filled. */
export function scratchClass({ configs }: Pick<World, 'configs'>, { spec }: V1PersistentVolumeClaim): string {
  return configs.get('config')?.status?.scratchSpaceStorageClass ?? spec?.storageClassName ?? '';
}

/** As large as the volume that is filled, and with a file system. */
export function scratchClaim(
  claim: V1PersistentVolumeClaim,
  { pod, storageClass }: { pod: V1Pod; storageClass: string },
): V1PersistentVolumeClaim {
  const { name = '', uid = '' } = pod.metadata ?? {};
  return {
    metadata: {
      name: scratchName(claim),
      namespace: claim.metadata?.namespace,
      labels: { ...notes.APP_LABEL, ...notes.CDI_LABELS },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Pod', name, uid, controller: true, blockOwnerDeletion: true },
      ],
    },
    spec: {
      storageClassName: storageClass,
      accessModes: ['ReadWriteOnce'],
      resources: claim.spec?.resources,
    },
  };
}
