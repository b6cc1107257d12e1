import type { HookManifest } from './manifests/hook';
import type { HostManifest } from './manifests/host';
import type { NetworkMapManifest } from './manifests/network-map';
import type { PlanManifest } from './manifests/plan';
import type { ProviderManifest } from './manifests/provider';
import type { StorageMapManifest } from './manifests/storage-map';

/** A Plan with its references resolved. Other manifests among the documents are checked and left. */
export interface ManifestSet {
  plan: PlanManifest;
  /** vSphere. */
  source: ProviderManifest;
  /** OpenShift; an empty URL means the worker's own cluster. */
  target: ProviderManifest;
  storageMap: StorageMapManifest;
  networkMap: NetworkMapManifest;
  /** Those that VMs of the plan name. */
  hooks: readonly HookManifest[];
  /** Those of the source. */
  hosts: readonly HostManifest[];
}
