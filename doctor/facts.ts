/** What an examination has gathered. Checks judge it; they ask nobody. */
import type { CdiFeatures } from '../activities/kubernetes/objects/data-volume';
import type { MissingConsent } from '../plan/consent';
import type { Failure } from '../plan/failures';
import type { ImageFact } from '../plan/images';
import type {
  MissingRights,
  SourceDatastore,
  SourceHost,
  SourcePrivilege,
  TargetStorageClass,
  VolumeMode,
} from '../plan/inventory';
import type { Reading } from './reading';

export interface Facts {
  cluster: ClusterFacts;
  /** Null: no namespace was named. */
  namespace: NamespaceFacts | null;
  /** Null: no Provider was named. */
  source: SourceFacts | null;
  /** What registries say of the images that are known, to this machine. */
  images: readonly ImageFacts[];
  /** Null: nobody has asked for it. */
  tried: TriedFacts | null;
}

export interface ClusterFacts {
  /** Host and port of the API server. */
  server: string;
  /** As `v1.34.4`. */
  version: string;
  /** Who asks, as the cluster calls it. */
  login: Reading<string>;
  /** Whole seconds that the API server's clock is certainly ahead (negative: behind); null where it tells no time. */
  skewSeconds: Reading<number | null>;
  /** By group and version: plural names of what it has; null where the cluster has nothing of it. */
  kinds: Reading<Readonly<Record<ExpectedGroup, readonly string[] | null>>>;
  nodes: Reading<readonly NodeFacts[]>;
  cdi: Reading<OperatorFacts>;
  /** Null where the cluster has no DataVolumes. */
  cdiFeatures: Reading<CdiFeatures | null>;
  kubevirt: Reading<OperatorFacts>;
  classes: Reading<readonly TargetStorageClass[]>;
  /** The VDDK image that CDI's ConfigMap names; null where it names none. */
  vddkImage: Reading<string | null>;
  worker: WorkerFacts;
}

export const EXPECTED_GROUPS = {
  cdi: 'cdi.kubevirt.io/v1beta1',
  kubevirt: 'kubevirt.io/v1',
  instanceTypes: 'instancetype.kubevirt.io/v1beta1',
  networks: 'k8s.cni.cncf.io/v1',
  openshift: 'security.openshift.io/v1',
} as const;
export type ExpectedGroup = keyof typeof EXPECTED_GROUPS;

export interface NodeFacts {
  name: string;
  isReady: boolean;
  /** Nobody has cordoned it. */
  isSchedulable: boolean;
  /** It offers KVM to Pods. */
  hasKvm: boolean;
  /** As `containerd://2.1.4`. */
  runtime: string;
}

/** Of CDI, or of KubeVirt. */
export interface OperatorFacts {
  /** Null where nothing in the cluster says it. */
  version: string | null;
  /** As its operator has it: `Deployed`; null where nothing says it. */
  phase: string | null;
}

export interface WorkerFacts {
  /** Of the ServiceAccount that workers run as. */
  namespace: string;
  name: string;
  exists: Reading<boolean>;
}

export interface NamespaceFacts {
  name: string;
  /** Null where there is none. */
  object: Reading<{ labels: Readonly<Record<string, string>>; isEnding: boolean } | null>;
  /** Rights that this login would lack if a worker had it. */
  ownRights: Reading<readonly MissingRights[]>;
  /** Rights that the worker's account lacks. */
  workerRights: Reading<readonly MissingRights[]>;
  /** What the cluster says to each Pod that a migration makes; null: it would admit it. */
  trials: readonly { title: string; refusal: Reading<string | null> }[];
  /** Whether Pods of the namespace may run as user 107; null where the cluster has no such constraints. */
  mayUseNonroot: Reading<boolean | null>;
}

/** Of a Provider. */
export interface SourceFacts {
  /** Host and port of its vCenter. */
  server: string;
  /** `namespace/name` of its Secret. */
  secret: string;
  vddkImage: string | null;
  /** What the Secret's owner has not said; null where nothing lacks. */
  consent: Reading<MissingConsent | null>;
  vcenter: Reading<VcenterAnswer>;
}

export type VcenterAnswer =
  /** vCenter, or the way to it, says no. */
  { refusal: Pick<Failure, 'message' | 'remedy'> } | VcenterFacts;

export interface VcenterFacts {
  refusal: null;
  /** As `VMware vCenter Server 8.0.2 build-22617221`. */
  product: string;
  apiVersion: string;
  /** A single ESXi host answers, and no vCenter. */
  isHost: boolean;
  /** SHA-256 of the certificate that was verified. */
  certificate: string;
  /** As {@link ClusterFacts}'s. */
  skewSeconds: number | null;
  hosts: readonly SourceHost[];
  datastores: readonly SourceDatastore[];
  /** How many the login sees. */
  vms: number;
  privileges: PrivilegeFacts;
}

export interface PrivilegeFacts {
  /** VMs of which vCenter has said what the login may do. */
  asked: number;
  /** On how many of them the login lacks which. */
  lacking: readonly { privilege: SourcePrivilege; vms: number }[];
}

export interface ImageFacts {
  image: string;
  /** What it is for. */
  purpose: string;
  fact: Reading<ImageFact>;
}

/** What Pods in a namespace of their own have shown. */
export interface TriedFacts {
  results: Reading<TrialResults>;
  /** Null where nothing is left. */
  left: Leftover | null;
}

/** What could not be removed again. */
export interface Leftover {
  namespace: string;
  /** A clause. */
  why: string;
}

export interface TrialResults {
  volumes: readonly TriedVolume[];
  /** Classes that were left out, because nobody named any and there are many. */
  untriedClasses: readonly string[];
  /** Null where nobody named an image. */
  imported: Reading<TriedImport> | null;
  /** Null where nobody named an image. */
  conversion: Reading<TriedConversion> | null;
  reach: Reading<TriedReach>;
}

/** What a Pod came to. */
export interface Outcome {
  ok: boolean;
  /** Its last words, or why there are none. */
  said: string;
}

export interface TriedVolume {
  storageClass: string;
  volumeMode: VolumeMode;
  outcome: Reading<Outcome>;
}

export interface TriedImport {
  /** Where the image was to be had. */
  host: string;
  storageClass: string;
  volumeMode: VolumeMode;
  outcome: Outcome;
}

export type TriedConversion = { image: string } & (
  | { why: string }
  | {
      why: null;
      virtioWin: boolean;
      /** `virt-v2v-in-place 2.2.0`; null where it can't be run. */
      converter: string | null;
    }
);

export interface TriedReach {
  /** Why it is not known; null where it is. */
  why: string | null;
  places: readonly { host: string; port: number; isReached: boolean }[];
  /** How many more addresses nobody tried. */
  untried: number;
}
