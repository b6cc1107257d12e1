/** The claim of a DataVolume, as CDI makes it. */
import type {
  V1OwnerReference,
  V1PersistentVolumeClaim,
  V1PersistentVolumeClaimSpec,
} from '@kubernetes/client-node';
import type {
  V1beta1DataVolumeSource,
  V1beta1DataVolumeSourceVDDK,
} from '@kubevirt-ui-ext/kubevirt-api/containerized-data-importer';
import type { KubeObject, Resource } from '../cluster';
import { DATA_VOLUMES, type DataVolume } from '../resources';
import * as notes from './annotations';

export function newClaim(volume: DataVolume, spec: V1PersistentVolumeClaimSpec): V1PersistentVolumeClaim {
  const { name, namespace, uid = '', labels, annotations } = volume.metadata ?? {};
  return {
    metadata: {
      name,
      namespace,
      labels: { ...notes.APP_LABEL, ...labels, ...notes.CDI_LABELS },
      annotations: {
        ...annotations,
        ...importNotes(volume.spec.source ?? {}),
        [notes.POD_RESTARTS]: '0',
        [notes.CONTENT_TYPE]: volume.spec.contentType ?? 'kubevirt',
        [notes.PREALLOCATION]: String(volume.spec.preallocation ?? false),
        [notes.CREATED_FOR]: uid,
      },
      ownerReferences: [controllerRef(DATA_VOLUMES, volume)],
    },
    spec,
  };
}

function importNotes({ vddk, http, registry }: V1beta1DataVolumeSource): Record<string, string> {
  if (vddk !== undefined) return diskNotes(vddk);
  if (registry !== undefined) return { [notes.SOURCE]: 'registry', [notes.ENDPOINT]: registry.url ?? '' };
  return http === undefined ? {} : { [notes.SOURCE]: 'http', [notes.ENDPOINT]: http.url };
}

/** The published types do not know the field of authorities yet. */
function diskNotes(vddk: V1beta1DataVolumeSourceVDDK & { certConfigMap?: string }): Record<string, string> {
  return {
    [notes.SOURCE]: 'vddk',
    [notes.ENDPOINT]: vddk.url ?? '',
    [notes.SECRET_NAME]: vddk.secretRef ?? '',
    [notes.BACKING_FILE]: vddk.backingFile ?? '',
    [notes.UUID]: vddk.uuid ?? '',
    [notes.THUMBPRINT]: vddk.thumbprint ?? '',
    ...(vddk.certConfigMap ? { [notes.CERT_CONFIG_MAP]: vddk.certConfigMap } : {}),
    ...(vddk.extraArgs ? { [notes.EXTRA_ARGS]: vddk.extraArgs } : {}),
    ...(vddk.initImageURL ? { [notes.VDDK_IMAGE]: vddk.initImageURL } : {}),
  };
}

export function controllerRef<T extends KubeObject>(of: Resource<T>, owner: T): V1OwnerReference {
  const { name = '', uid = '' } = owner.metadata ?? {};
  const { apiVersion, kind } = of;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return (object.metadata?.ownerReferences ?? []).some(
    (ref) => ref.controller && ref.uid === owner.metadata?.uid,
  );
}
