/** The kinds of objects that Drover reads or writes, each with its wire type and its place in the API. */
import type * as k8s from '@kubevirt-ui-ext/kubevirt-api/kubernetes';
import type { V1VirtualMachine, V1VirtualMachineInstance } from '@kubevirt-ui-ext/kubevirt-api/kubevirt';
import type { V1beta1DataVolume } from '@kubevirt-ui-ext/kubevirt-api/containerized-data-importer';

export type Pod = k8s.IoK8sApiCoreV1Pod;
export type PodSpec = k8s.IoK8sApiCoreV1PodSpec;
export type Container = k8s.IoK8sApiCoreV1Container;
export type ContainerStatus = k8s.IoK8sApiCoreV1ContainerStatus;
export type Volume = k8s.IoK8sApiCoreV1Volume;
export type VolumeClaim = k8s.IoK8sApiCoreV1PersistentVolumeClaim;
export type PersistentVolume = k8s.IoK8sApiCoreV1PersistentVolume;
export type Secret = k8s.IoK8sApiCoreV1Secret;
export type ConfigMap = k8s.IoK8sApiCoreV1ConfigMap;
export type Event = k8s.IoK8sApiCoreV1Event;
export type ServiceAccount = k8s.IoK8sApiCoreV1ServiceAccount;
export type Node = k8s.IoK8sApiCoreV1Node;
export type ResourceQuota = k8s.IoK8sApiCoreV1ResourceQuota;
export type Namespace = k8s.IoK8sApiCoreV1Namespace;
export type Job = k8s.IoK8sApiBatchV1Job;
export type StorageClass = k8s.IoK8sApiStorageV1StorageClass;
export type StorageCapacity = k8s.IoK8sApiStorageV1CSIStorageCapacity;
export type AccessReview = k8s.IoK8sApiAuthorizationV1SelfSubjectAccessReview;
export type RulesReview = k8s.IoK8sApiAuthorizationV1SelfSubjectRulesReview;
export type ObjectMeta = k8s.IoK8sApimachineryPkgApisMetaV1ObjectMeta;
export type OwnerReference = k8s.IoK8sApimachineryPkgApisMetaV1OwnerReference;
export type VirtualMachine = V1VirtualMachine;
export type VirtualMachineInstance = V1VirtualMachineInstance;
/** With the claim as the core API types it: CDI's own types take quantities for objects. */
export type DataVolume = Omit<V1beta1DataVolume, 'spec'> & {
  spec: Omit<V1beta1DataVolume['spec'], 'pvc'> & { pvc?: VolumeClaim['spec'] };
};

/** What every object of the API has. */
export interface ApiObject {
  apiVersion?: string;
  kind?: string;
  metadata?: ObjectMeta;
}

/** Where a kind lives in the API; the type parameter is the shape of its objects. */
export interface Kind<T extends ApiObject> {
  /** `v1` or `batch/v1`. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  /** Never set: carries the type. */
  readonly shape?: T;
}

function kind<T extends ApiObject>(apiVersion: string, name: string, plural: string): Kind<T> {
  return { apiVersion, kind: name, plural };
}

/** Only the fields that we read. */
export interface StorageProfile extends ApiObject {
  status?: { claimPropertySets?: { accessModes?: string[]; volumeMode?: string }[] };
}

/** Only the fields that we read. */
export interface CdiConfig extends ApiObject {
  status?: {
    filesystemOverhead?: { global?: string; storageClass?: Record<string, string> };
    /** Of each container of CDI's Pods. */
    defaultPodResourceRequirements?: NonNullable<Container['resources']>;
  };
}

/** Only the fields that we read, of both kinds. */
export interface InstanceTypeObject extends ApiObject {
  spec?: {
    cpu?: { guest?: number; dedicatedCPUPlacement?: boolean; isolateEmulatorThread?: boolean };
    memory?: { guest?: string; hugepages?: object; overcommitPercent?: number };
    gpus?: object[];
    hostDevices?: object[];
  };
}

/** Only the fields that we read. */
export interface PreferenceObject extends ApiObject {
  spec?: {
    cpu?: { preferredCPUTopology?: string; spreadOptions?: { across?: string } };
    requirements?: { cpu?: { guest?: number }; memory?: { guest?: string } };
  };
}

/** Only the fields that we read. */
export interface Crd extends ApiObject {
  spec?: { versions?: { name?: string; schema?: { openAPIV3Schema?: JsonSchema } }[] };
}

export interface JsonSchema {
  properties?: Record<string, JsonSchema>;
}

export const PODS = kind<Pod>('v1', 'Pod', 'pods');
export const VOLUME_CLAIMS = kind<VolumeClaim>('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims');
export const PERSISTENT_VOLUMES = kind<PersistentVolume>('v1', 'PersistentVolume', 'persistentvolumes');
export const SECRETS = kind<Secret>('v1', 'Secret', 'secrets');
export const CONFIG_MAPS = kind<ConfigMap>('v1', 'ConfigMap', 'configmaps');
export const EVENTS = kind<Event>('v1', 'Event', 'events');
export const NAMESPACES = kind<Namespace>('v1', 'Namespace', 'namespaces');
export const SERVICE_ACCOUNTS = kind<ServiceAccount>('v1', 'ServiceAccount', 'serviceaccounts');
export const NODES = kind<Node>('v1', 'Node', 'nodes');
export const RESOURCE_QUOTAS = kind<ResourceQuota>('v1', 'ResourceQuota', 'resourcequotas');
export const JOBS = kind<Job>('batch/v1', 'Job', 'jobs');
export const STORAGE_CLASSES = kind<StorageClass>('storage.k8s.io/v1', 'StorageClass', 'storageclasses');
export const STORAGE_CAPACITIES = kind<StorageCapacity>(
  'storage.k8s.io/v1',
  'CSIStorageCapacity',
  'csistoragecapacities',
);
export const RULES_REVIEWS = kind<RulesReview>(
  'authorization.k8s.io/v1',
  'SelfSubjectRulesReview',
  'selfsubjectrulesreviews',
);
export const ACCESS_REVIEWS = kind<AccessReview>(
  'authorization.k8s.io/v1',
  'SelfSubjectAccessReview',
  'selfsubjectaccessreviews',
);
export const DATA_VOLUMES = kind<DataVolume>('cdi.kubevirt.io/v1beta1', 'DataVolume', 'datavolumes');
export const STORAGE_PROFILES = kind<StorageProfile>(
  'cdi.kubevirt.io/v1beta1',
  'StorageProfile',
  'storageprofiles',
);
export const CDI_CONFIGS = kind<CdiConfig>('cdi.kubevirt.io/v1beta1', 'CDIConfig', 'cdiconfigs');
export const VIRTUAL_MACHINES = kind<VirtualMachine>('kubevirt.io/v1', 'VirtualMachine', 'virtualmachines');
export const VIRTUAL_MACHINE_INSTANCES = kind<VirtualMachineInstance>(
  'kubevirt.io/v1',
  'VirtualMachineInstance',
  'virtualmachineinstances',
);
export const INSTANCE_TYPES = kind<InstanceTypeObject>(
  'instancetype.kubevirt.io/v1beta1',
  'VirtualMachineInstancetype',
  'virtualmachineinstancetypes',
);
export const CLUSTER_INSTANCE_TYPES = kind<InstanceTypeObject>(
  'instancetype.kubevirt.io/v1beta1',
  'VirtualMachineClusterInstancetype',
  'virtualmachineclusterinstancetypes',
);
export const CLUSTER_PREFERENCES = kind<PreferenceObject>(
  'instancetype.kubevirt.io/v1beta1',
  'VirtualMachineClusterPreference',
  'virtualmachineclusterpreferences',
);
export const NETWORK_ATTACHMENTS = kind<ApiObject>(
  'k8s.cni.cncf.io/v1',
  'NetworkAttachmentDefinition',
  'network-attachment-definitions',
);
export const CRDS = kind<Crd>(
  'apiextensions.k8s.io/v1',
  'CustomResourceDefinition',
  'customresourcedefinitions',
);
