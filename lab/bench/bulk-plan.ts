/** Plans for the simulated vCenter's equal VMs, as the objects that a client sends to `migrateWave`. */
import type { Manifests } from '../../activities/interfaces';

const NAMESPACE = 'openshift-mtv';
const PROVIDERS = {
  source: { name: 'vcenter', namespace: NAMESPACE },
  destination: { name: 'host', namespace: NAMESPACE },
};

export interface BulkStorage {
  datastore: string;
  storageClass: string;
  /** Absent: its disks are imported. */
  offloadPlugin?: { image: string; vars: Record<string, string> };
}

export interface BulkPlan {
  name: string;
  vcenterUrl: string;
  vms: string[];
  /** For each datastore that these VMs' disks lie on, where they go. */
  storage: BulkStorage[];
  conversionImage: string;
  maxConcurrentVms: number;
}

export function bulkPlan(plan: BulkPlan): Manifests {
  const spec = { provider: PROVIDERS };
  return [
    manifest('Provider', 'vcenter', {
      type: 'vsphere',
      url: plan.vcenterUrl,
      secret: { name: 'vcenter-login', namespace: NAMESPACE },
    }),
    manifest('Provider', 'host', { type: 'openshift', url: '' }),
    manifest('StorageMap', 'datastores', {
      ...spec,
      map: plan.storage.map(({ datastore, ...destination }) => ({
        source: { name: datastore },
        destination,
      })),
    }),
    manifest('NetworkMap', 'networks', {
      ...spec,
      map: [{ source: { name: 'VM Network' }, destination: { type: 'pod' } }],
    }),
    manifest('Plan', plan.name, {
      ...spec,
      targetNamespace: 'migrated',
      map: {
        storage: { name: 'datastores', namespace: NAMESPACE },
        network: { name: 'networks', namespace: NAMESPACE },
      },
      vms: plan.vms.map((name) => ({ name })),
      drover: { maxConcurrentVms: plan.maxConcurrentVms, conversionImage: plan.conversionImage },
    }),
  ];
}

function manifest(kind: string, name: string, spec: object): Record<string, unknown> {
  return { apiVersion: 'forklift.konveyor.io/v1beta1', kind, metadata: { name, namespace: NAMESPACE }, spec };
}
