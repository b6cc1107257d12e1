/** Facts of a cluster that has everything, for tests that take one thing away. */
import type {
  ClusterFacts,
  Facts,
  NamespaceFacts,
  NodeFacts,
  SourceFacts,
  Leftover,
  TrialResults,
  VcenterFacts,
} from '../../doctor/facts';
import { known, type Reading } from '../../doctor/reading';
import { TARGET } from '../../plan/consent';
import type { TargetStorageClass } from '../../plan/inventory';

export function unknown<T>(why: string): Reading<T> {
  return { known: false, why };
}

export function node(change: Partial<NodeFacts> = {}): NodeFacts {
  const sound = { isReady: true, isSchedulable: true, hasKvm: true, runtime: 'containerd://2.1.4' };
  return { name: 'node-1', ...sound, ...change };
}

export function storageClass(change: Partial<TargetStorageClass> = {}): TargetStorageClass {
  return {
    name: 'fast',
    isDefault: true,
    provisioner: 'csi.example.com',
    bindingMode: 'Immediate',
    claimPropertySets: [{ accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' }],
    ...change,
  };
}

const CLUSTER: ClusterFacts = {
  server: 'api.example.com:6443',
  version: 'v1.34.4',
  login: known('somebody'),
  skewSeconds: known(0),
  kinds: known({
    cdi: ['datavolumes', 'storageprofiles', 'cdiconfigs'],
    kubevirt: ['virtualmachines', 'virtualmachineinstances'],
    instanceTypes: [
      'virtualmachineinstancetypes',
      'virtualmachineclusterinstancetypes',
      'virtualmachineclusterpreferences',
    ],
    networks: ['network-attachment-definitions'],
    openshift: null,
  }),
  nodes: known([node()]),
  cdi: known({ version: 'v1.66.0', phase: 'Deployed' }),
  cdiFeatures: known({ certConfigMap: true, extraArgs: true, initImageUrl: true, instanceUuid: true }),
  kubevirt: known({ version: 'v1.6.0', phase: 'Deployed' }),
  classes: known([storageClass()]),
  vddkImage: known('registry.example.com/vddk:8'),
  worker: { namespace: 'drover', name: 'drover-worker', exists: known(true) },
};

const NAMESPACE: NamespaceFacts = {
  name: 'migrated',
  object: known({
    labels: { [TARGET]: 'true', 'pod-security.kubernetes.io/enforce': 'restricted' },
    isEnding: false,
  }),
  ownRights: known([]),
  workerRights: known([]),
  trials: [
    { title: 'binder', refusal: known(null) },
    { title: 'claims', refusal: known(null) },
  ],
  mayUseNonroot: known(null),
};

export function soundFacts(
  cluster: Partial<ClusterFacts> = {},
  namespace: Partial<NamespaceFacts> | null = {},
): Facts {
  return {
    cluster: { ...CLUSTER, ...cluster },
    namespace: namespace === null ? null : { ...NAMESPACE, ...namespace },
    source: null,
    images: [],
    tried: null,
  };
}

const VCENTER: VcenterFacts = {
  refusal: null,
  product: 'VMware vCenter Server 8.0.2 build-22617221',
  apiVersion: '8.0.2.0',
  isHost: false,
  certificate: 'AA:BB',
  skewSeconds: 0,
  hosts: [{ moref: 'host-1', name: 'esxi-1', connection: 'connected', inMaintenance: false }],
  datastores: [{ moref: 'ds-1', name: 'ssd-1', type: 'VMFS', capacityBytes: 2, freeBytes: 1 }],
  vms: 3,
  privileges: { asked: 3, lacking: [] },
};

/** With a Provider that has all. */
export function soundSource(vcenter: Partial<VcenterFacts> = {}, change: Partial<SourceFacts> = {}): Facts {
  const source: SourceFacts = {
    server: 'vcenter.example.com',
    secret: 'mtv/login',
    vddkImage: null,
    consent: known(null),
    vcenter: known({ ...VCENTER, ...vcenter }),
    ...change,
  };
  return { ...soundFacts(), source, tried: soundTrial().tried };
}

const RESULTS: TrialResults = {
  volumes: [{ storageClass: 'fast', volumeMode: 'Block', outcome: known({ ok: true, said: 'written' }) }],
  untriedClasses: [],
  imported: known({
    host: 'images.example.com',
    storageClass: 'fast',
    volumeMode: 'Block',
    outcome: { ok: true, said: '' },
  }),
  conversion: known({
    image: 'registry.example.com/conversion:1',
    why: null,
    converter: 'virt-v2v-in-place 2.2.0',
    virtioWin: true,
  }),
  reach: known({ why: null, places: [{ host: 'esxi-1', port: 902, isReached: true }], untried: 0 }),
};

export function soundTrial(change: Partial<TrialResults> = {}, left: Leftover | null = null): Facts {
  return { ...soundFacts(), tried: { results: known({ ...RESULTS, ...change }), left } };
}
