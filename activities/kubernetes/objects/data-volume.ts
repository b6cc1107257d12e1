import type { FrozenDisk, FrozenVm } from '../../../plan/frozen';
import { vmRef } from '../../../plan/vm-ref';
import { loginSecretName, vddkConfigName } from '../../../plan/names';
import { networkAnnotations } from '../../../plan/transfer-network';
import type { DataVolume } from '../api/kinds';
import { importerAccount } from './pod-account';
import { sourceDiskAnnotations } from './source-annotations';
import { claimLabels, claimSpec } from './volume-claim';

/** What the cluster's CDI understands beyond what every version does. */
export interface CdiFeatures {
  /** The source names its VDDK image itself (else CDI's ConfigMap does). */
  initImageUrl: boolean;
  /** The source names the authorities by which vCenter is verified (else CDI verifies nothing). */
  certConfigMap: boolean;
  /** The source names a ConfigMap with options of VDDK. */
  extraArgs: boolean;
  /** CDI finds the VM by its instance UUID, not by the BIOS UUID that clones share. */
  instanceUuid: boolean;
}

export interface ImportServer {
  /** `https://vcenter.example.com/sdk`. */
  url: string;
  /** SHA-1 of its certificate. */
  thumbprint: string;
}

export interface ImportSource {
  /** Of the vCenter, or of the ESXi host at which the VM's disks are read. */
  server: ImportServer;
  features: CdiFeatures;
  /** Name of the ConfigMap with the server's authorities, where there is one and CDI knows what it is. */
  certConfigMap: string | null;
}

/** CDI's import of one disk by VDDK into a volume of exactly the frozen size and modes. */
export function dataVolume(
  vm: FrozenVm,
  disk: FrozenDisk,
  { server, features, certConfigMap }: ImportSource,
): DataVolume {
  const image = features.initImageUrl ? vm.source.vddkImage : null;
  const hasOptions = features.extraArgs && vm.source.vddkConfig !== undefined;
  return {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'DataVolume',
    metadata: {
      name: disk.volumeName,
      namespace: vm.namespace,
      labels: claimLabels(vmRef(vm), disk),
      annotations: {
        ...sourceDiskAnnotations(disk),
        // CDI hands these on to the importer (its doc/datavolume-annotations.md).
        ...networkAnnotations(disk.transferNetwork),
        ...importerAccount(disk),
        // The claim itself binds first and is filled in place, so that the binder can hold the import back.
        'cdi.kubevirt.io/storage.usePopulator': 'false',
        // Versions of CDI that remove finished DataVolumes would take the state of the import with them.
        'cdi.kubevirt.io/storage.deleteAfterCompletion': 'false',
      },
    },
    spec: {
      source: {
        vddk: {
          url: server.url,
          thumbprint: server.thumbprint,
          uuid: features.instanceUuid ? vm.vm.instanceUuid : vm.vm.biosUuid,
          backingFile: disk.currentPath,
          secretRef: loginSecretName(vm.baseName, disk.index),
          ...(image === null ? {} : { initImageURL: image }),
          ...(certConfigMap === null ? {} : { certConfigMap }),
          ...(hasOptions ? { extraArgs: vddkConfigName(vm.baseName) } : {}),
        },
      },
      pvc: claimSpec(disk),
    },
  };
}
