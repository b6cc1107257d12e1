/** What all controllers share: the API server, and one watch per kind. */
import type {
  V1ConfigMap,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1StorageClass,
} from '@kubernetes/client-node';
import { Cluster, type KubeObject, type ObjectName, type Resource } from './cluster';
import type {
  CdiConfig,
  DataVolume,
  StorageProfile,
  VirtualMachine,
  VirtualMachineInstance,
} from './resources';
import * as resources from './resources';
import { Watched } from './watched';

export type Log = (line: string) => void;

export interface World {
  cluster: Cluster;
  log: Log;
  pods: Watched<V1Pod>;
  claims: Watched<V1PersistentVolumeClaim>;
  volumes: Watched<V1PersistentVolume>;
  classes: Watched<V1StorageClass>;
  dataVolumes: Watched<DataVolume>;
  profiles: Watched<StorageProfile>;
  configs: Watched<CdiConfig>;
  /** The ConfigMap that names the image with VMware's library for CDI. */
  vddkSettings: Watched<V1ConfigMap>;
  machines: Watched<VirtualMachine>;
  instances: Watched<VirtualMachineInstance>;
  /** NetworkAttachmentDefinitions. */
  attachments: Watched<KubeObject>;
  /** Lists every kind, then follows it. Listeners must be there before. */
  start(): Promise<void>;
  stop(): void;
}

export function createWorld(kubeconfig: string, log: Log): World {
  const cluster = new Cluster(kubeconfig);
  const all: Watched<never>[] = [];
  const watch = <T extends KubeObject>(of: Resource<T>, only?: Required<ObjectName>): Watched<T> => {
    const watched = new Watched(cluster, of, log, only);
    all.push(watched as unknown as Watched<never>);
    return watched;
  };
  return {
    cluster,
    log,
    pods: watch(resources.PODS),
    claims: watch(resources.CLAIMS),
    volumes: watch(resources.VOLUMES),
    classes: watch(resources.STORAGE_CLASSES),
    dataVolumes: watch(resources.DATA_VOLUMES),
    profiles: watch(resources.STORAGE_PROFILES),
    configs: watch(resources.CDI_CONFIGS),
    vddkSettings: watch(resources.CONFIG_MAPS, resources.VDDK_SETTINGS),
    machines: watch(resources.MACHINES),
    instances: watch(resources.INSTANCES),
    attachments: watch(resources.NETWORK_ATTACHMENTS),
    start: async () => {
      await Promise.all(all.map((watched) => watched.start()));
    },
    stop: () => {
      all.forEach((watched) => watched.stop());
      cluster.close();
    },
  };
}

/** A controller at work. */
export interface Controller {
  stop(): void;
}
