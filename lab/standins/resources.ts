/** The kinds that the stand-ins touch. */
import type {
  CoreV1Event,
  V1ConfigMap,
  V1Namespace,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1StorageClass,
} from '@kubernetes/client-node';
import type {
  V1beta1CDIConfig,
  V1beta1DataVolume,
} from '@kubevirt-ui-ext/kubevirt-api/containerized-data-importer';
import type {
  V1beta1VirtualMachineInstancetype,
  V1VirtualMachine,
  V1VirtualMachineInstance,
} from '@kubevirt-ui-ext/kubevirt-api/kubevirt';
import type { CustomResource } from '../crds/definition';
import type { KubeObject, Resource } from './cluster';

/** The upstream type with the metadata that the Kubernetes client knows. */
type Kube<T> = Omit<T, 'metadata'> & KubeObject;

export type DataVolume = Kube<V1beta1DataVolume>;
export type CdiConfig = Kube<V1beta1CDIConfig>;
export type VirtualMachine = Kube<V1VirtualMachine>;
export type InstanceType = Kube<V1beta1VirtualMachineInstancetype>;
export type VirtualMachineInstance = Kube<V1VirtualMachineInstance>;

/** CDI's knowledge of a class; the published types leave it out. */
export interface StorageProfile extends KubeObject {
  spec?: { claimPropertySets?: ClaimPropertySet[] };
  status?: { claimPropertySets?: ClaimPropertySet[]; provisioner?: string; storageClass?: string };
}

/** Of either kind. */
export interface WebhookConfiguration extends KubeObject {
  webhooks: object[];
}

export interface ClaimPropertySet {
  accessModes: string[];
  volumeMode: string;
}

function core<T extends KubeObject>(kind: string, plural: string, namespaced = true): Resource<T> {
  return { api: '/api/v1', apiVersion: 'v1', kind, plural, namespaced };
}

function grouped<T extends KubeObject>(apiVersion: string, kind: string, plural: string): Resource<T> {
  return { api: `/apis/${apiVersion}`, apiVersion, kind, plural, namespaced: true };
}

function clusterWide<T extends KubeObject>(apiVersion: string, kind: string, plural: string): Resource<T> {
  return { ...grouped<T>(apiVersion, kind, plural), namespaced: false };
}

export const NAMESPACES = core<V1Namespace>('Namespace', 'namespaces', false);
export const PODS = core<V1Pod>('Pod', 'pods');
export const CLAIMS = core<V1PersistentVolumeClaim>('PersistentVolumeClaim', 'persistentvolumeclaims');
export const VOLUMES = core<V1PersistentVolume>('PersistentVolume', 'persistentvolumes', false);
export const CONFIG_MAPS = core<V1ConfigMap>('ConfigMap', 'configmaps');
/** The ConfigMap by which a cluster names the image with VMware's library. */
export const VDDK_SETTINGS = { namespace: 'cdi', name: 'v2v-vmware' };
export const EVENTS = core<CoreV1Event>('Event', 'events');
export const STORAGE_CLASSES = clusterWide<V1StorageClass>(
  'storage.k8s.io/v1',
  'StorageClass',
  'storageclasses',
);
export const CUSTOM_RESOURCES = clusterWide<CustomResource>(
  'apiextensions.k8s.io/v1',
  'CustomResourceDefinition',
  'customresourcedefinitions',
);
export const VALIDATING_WEBHOOKS = clusterWide<WebhookConfiguration>(
  'admissionregistration.k8s.io/v1',
  'ValidatingWebhookConfiguration',
  'validatingwebhookconfigurations',
);
export const MUTATING_WEBHOOKS = clusterWide<WebhookConfiguration>(
  'admissionregistration.k8s.io/v1',
  'MutatingWebhookConfiguration',
  'mutatingwebhookconfigurations',
);
export const NETWORK_ATTACHMENTS = grouped<KubeObject>(
  'k8s.cni.cncf.io/v1',
  'NetworkAttachmentDefinition',
  'network-attachment-definitions',
);
export const DATA_VOLUMES = grouped<DataVolume>('cdi.kubevirt.io/v1beta1', 'DataVolume', 'datavolumes');
export const CDI_CONFIGS = clusterWide<CdiConfig>('cdi.kubevirt.io/v1beta1', 'CDIConfig', 'cdiconfigs');
export const STORAGE_PROFILES = clusterWide<StorageProfile>(
  'cdi.kubevirt.io/v1beta1',
  'StorageProfile',
  'storageprofiles',
);
export const MACHINES = grouped<VirtualMachine>('kubevirt.io/v1', 'VirtualMachine', 'virtualmachines');
export const INSTANCES = grouped<VirtualMachineInstance>(
  'kubevirt.io/v1',
  'VirtualMachineInstance',
  'virtualmachineinstances',
);
export const INSTANCE_TYPES = grouped<InstanceType>(
  'instancetype.kubevirt.io/v1beta1',
  'VirtualMachineInstancetype',
  'virtualmachineinstancetypes',
);
export const CLUSTER_INSTANCE_TYPES = clusterWide<InstanceType>(
  'instancetype.kubevirt.io/v1beta1',
  'VirtualMachineClusterInstancetype',
  'virtualmachineclusterinstancetypes',
);
