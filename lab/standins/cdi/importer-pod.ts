/** The Pod that fills a claim from vCenter, from a web server, or from a registry. */
import type {
  V1Container,
  V1EnvVar,
  V1PersistentVolumeClaim,
  V1Pod,
  V1ResourceRequirements,
} from '@kubernetes/client-node';
import { parseBytes } from '../quantity';
import { CLAIMS } from '../resources';
import * as notes from './annotations';
import { controllerRef } from './claim';

const IMAGE = 'lab.drover.dev/importer:1';
const DATA = 'cdi-data-vol';
const VDDK = 'vddk-vol-mount';
/** Options of VDDK: the Pod does not start without their ConfigMap. */
const VDDK_ARGS = 'vddk-extra-args';
const SCRATCH = 'cdi-scratch-vol';
const CERTIFICATES = 'cdi-cert-vol';
const CERT_DIR = '/certs';
/** Id of the user and the group `qemu`. */
const QEMU = 107;

/** The claim's annotations that name networks: CDI copies them to the Pod (SetPodPvcAnnotations, there, too). */
const INHERITED = ['k8s.v1.cni.cncf.io/networks', 'v1.multus-cni.io/default-network'];

/**
 * What CDI notes on each Pod of its own. The last two ask service meshes for no sidecar (containerized-data-importer,
 * pkg/controller/common/util.go).
 */
const POD_NOTES = {
  'cdi.kubevirt.io/storage.createdByController': 'yes',
  'sidecar.istio.io/inject': 'false',
  'linkerd.io/inject': 'disabled',
};

const RESTRICTED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  runAsUser: QEMU,
  seccompProfile: { type: 'RuntimeDefault' },
};

export interface ImporterOptions {
  /** The resources of each container of CDI's Pods, from CDIConfig. */
  resources: V1ResourceRequirements;
  /** Null: the source is no vCenter. */
  vddkImage: string | null;
  /** Name of the claim on which an image lies before it is copied; null: none is needed. */
  scratch: string | null;
  /** Whether the registry may serve plain http. */
  insecureTls: boolean;
  /** The share of the claim that its file system takes; 0 for a block volume. */
  overhead: number;
  /** Seconds that the import takes at least; 0: as fast as it can. */
  copySeconds: number;
  /** What it asks half way, and waits for the answer; null: nothing. */
  gate: string | null;
}

export function importerPodName(claim: V1PersistentVolumeClaim): string {
  return `importer-${claim.metadata?.name}`;
}

export function importerPod(claim: V1PersistentVolumeClaim, options: ImporterOptions): V1Pod {
  const { name = '', namespace, annotations = {} } = claim.metadata ?? {};
  const extraArgs = annotations[notes.EXTRA_ARGS];
  const serviceAccountName = annotations[notes.POD_ACCOUNT];
  const authorities = annotations[notes.CERT_CONFIG_MAP];
  const inherited = INHERITED.filter((annotation) => annotation in annotations);
  return {
    metadata: {
      name: importerPodName(claim),
      namespace,
      labels: {
        ...notes.APP_LABEL,
        ...notes.CDI_LABELS,
        'cdi.kubevirt.io': 'importer',
        'prometheus.cdi.kubevirt.io': 'true',
      },
      annotations: {
        ...POD_NOTES,
        ...Object.fromEntries(inherited.map((key) => [key, annotations[key] ?? ''])),
      },
      ownerReferences: [controllerRef(CLAIMS, claim)],
    },
    spec: {
      restartPolicy: 'OnFailure',
      ...(serviceAccountName && { serviceAccountName }),
      // The Pod has the token of its account, which the importer does not use. The user stands on the containers alone.
      securityContext: { fsGroup: QEMU },
      // As `workload` of the CDI object of a release says (manifests/templates/release/cdi-cr.yaml.in).
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      ...(options.vddkImage !== null && { initContainers: [vddkContainer(options.vddkImage, options)] }),
      containers: [importer(claim, options)],
      volumes: [
        { name: DATA, persistentVolumeClaim: { claimName: name } },
        ...(options.scratch === null
          ? []
          : [{ name: SCRATCH, persistentVolumeClaim: { claimName: options.scratch } }]),
        ...(options.vddkImage === null ? [] : [{ name: VDDK, emptyDir: {} }]),
        ...(extraArgs ? [{ name: VDDK_ARGS, configMap: { name: extraArgs } }] : []),
        ...(authorities ? [{ name: CERTIFICATES, configMap: { name: authorities } }] : []),
      ],
    },
  };
}

function vddkContainer(image: string, { resources }: ImporterOptions): V1Container {
  const volumeMounts = [{ name: VDDK, mountPath: '/opt' }];
  return { name: 'vddk-side-car', image, resources, volumeMounts, securityContext: RESTRICTED };
}

function importer(claim: V1PersistentVolumeClaim, options: ImporterOptions): V1Container {
  const block = claim.spec?.volumeMode === 'Block';
  return {
    name: 'importer',
    image: IMAGE,
    env: environment(claim, options),
    resources: options.resources,
    securityContext: RESTRICTED,
    volumeMounts: [
      ...(options.vddkImage === null ? [] : [{ name: VDDK, mountPath: '/opt' }]),
      ...(claim.metadata?.annotations?.[notes.EXTRA_ARGS]
        ? [{ name: VDDK_ARGS, mountPath: '/etc/vddk-config' }]
        : []),
      ...(claim.metadata?.annotations?.[notes.CERT_CONFIG_MAP]
        ? [{ name: CERTIFICATES, mountPath: CERT_DIR }]
        : []),
      ...(block ? [] : [{ name: DATA, mountPath: '/data' }]),
      ...(options.scratch === null ? [] : [{ name: SCRATCH, mountPath: '/scratch' }]),
    ],
    ...(block ? { volumeDevices: [{ name: DATA, devicePath: '/dev/cdi-block-volume' }] } : {}),
  };
}

function environment(
  claim: V1PersistentVolumeClaim,
  { copySeconds, gate, insecureTls, overhead }: ImporterOptions,
): V1EnvVar[] {
  const annotations = claim.metadata?.annotations ?? {};
  const source = annotations[notes.SOURCE] ?? '';
  return [
    { name: 'IMPORTER_SOURCE', value: source },
    { name: 'IMPORTER_ENDPOINT', value: annotations[notes.ENDPOINT] ?? '' },
    { name: 'IMPORTER_IMAGE_SIZE', value: sizeInKibibytes(claim) },
    { name: 'FILESYSTEM_OVERHEAD', value: String(overhead) },
    ...(insecureTls ? [{ name: 'INSECURE_TLS', value: 'true' }] : []),
    ...(source === 'vddk' ? ofDisk(annotations) : []),
    ...(copySeconds > 0 ? [{ name: 'LAB_COPY_SECONDS', value: String(copySeconds) }] : []),
    ...(gate === null ? [] : [{ name: 'LAB_GATE', value: gate }]),
  ];
}

function ofDisk(annotations: Record<string, string>): V1EnvVar[] {
  const annotation = (key: string) => annotations[key] ?? '';
  const fromSecret = (key: string) => ({ secretKeyRef: { name: annotation(notes.SECRET_NAME), key } });
  return [
    { name: 'IMPORTER_UUID', value: annotation(notes.UUID) },
    { name: 'IMPORTER_BACKING_FILE', value: annotation(notes.BACKING_FILE) },
    { name: 'IMPORTER_THUMBPRINT', value: annotation(notes.THUMBPRINT) },
    { name: 'IMPORTER_ACCESS_KEY_ID', valueFrom: fromSecret('accessKeyId') },
    { name: 'IMPORTER_SECRET_KEY', valueFrom: fromSecret('secretKey') },
    ...(annotation(notes.CERT_CONFIG_MAP) ? [{ name: 'IMPORTER_CERT_DIR', value: CERT_DIR }] : []),
  ];
}

/** The size that the claim requests: at least the disk's size, often more. */
function sizeInKibibytes(claim: V1PersistentVolumeClaim): string {
  return `${Math.ceil(parseBytes(claim.spec?.resources?.requests?.storage ?? '0') / 1024)}Ki`;
}
