/** The Pod that fills a claim from vCenter. */
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
/** Id of the user and the group `qemu`. */
const QEMU = 107;

/** The claim's annotations that name networks: CDI copies them to the Pod (SetPodPvcAnnotations, there, too). */
const INHERITED = ['k8s.v1.cni.cncf.io/networks', 'v1.multus-cni.io/default-network'];

/** With them CDI asks service meshes for no sidecar (containerized-data-importer, pkg/controller/common/util.go). */
const NO_SIDECARS = { 'sidecar.istio.io/inject': 'false', 'linkerd.io/inject': 'disabled' };

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
  vddkImage: string;
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
        ...NO_SIDECARS,
        ...Object.fromEntries(inherited.map((key) => [key, annotations[key] ?? ''])),
      },
      ownerReferences: [controllerRef(CLAIMS, claim)],
    },
    spec: {
      restartPolicy: 'OnFailure',
      // CDI's Pod has a token, which its importer does not use. In the lab a token would cost two requests per import.
      automountServiceAccountToken: false,
      securityContext: {
        runAsUser: QEMU,
        runAsNonRoot: true,
        fsGroup: QEMU,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      initContainers: [vddkContainer(options)],
      containers: [importer(claim, options)],
      volumes: [
        { name: DATA, persistentVolumeClaim: { claimName: name } },
        { name: VDDK, emptyDir: {} },
        ...(extraArgs ? [{ name: VDDK_ARGS, configMap: { name: extraArgs } }] : []),
      ],
    },
  };
}

function vddkContainer({ vddkImage, resources }: ImporterOptions): V1Container {
  const volumeMounts = [{ name: VDDK, mountPath: '/opt' }];
  return { name: 'vddk-side-car', image: vddkImage, resources, volumeMounts, securityContext: RESTRICTED };
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
      { name: VDDK, mountPath: '/opt' },
      ...(claim.metadata?.annotations?.[notes.EXTRA_ARGS]
        ? [{ name: VDDK_ARGS, mountPath: '/etc/vddk-config' }]
        : []),
      ...(block ? [] : [{ name: DATA, mountPath: '/data' }]),
    ],
    ...(block ? { volumeDevices: [{ name: DATA, devicePath: '/dev/cdi-block-volume' }] } : {}),
  };
}

function environment(claim: V1PersistentVolumeClaim, { copySeconds, gate }: ImporterOptions): V1EnvVar[] {
  const annotation = (key: string) => claim.metadata?.annotations?.[key] ?? '';
  const fromSecret = (key: string) => ({ secretKeyRef: { name: annotation(notes.SECRET_NAME), key } });
  return [
    { name: 'IMPORTER_SOURCE', value: 'vddk' },
    { name: 'IMPORTER_ENDPOINT', value: annotation(notes.ENDPOINT) },
    { name: 'IMPORTER_UUID', value: annotation(notes.UUID) },
    { name: 'IMPORTER_BACKING_FILE', value: annotation(notes.BACKING_FILE) },
    { name: 'IMPORTER_THUMBPRINT', value: annotation(notes.THUMBPRINT) },
    { name: 'IMPORTER_IMAGE_SIZE', value: sizeInKibibytes(claim) },
    { name: 'IMPORTER_ACCESS_KEY_ID', valueFrom: fromSecret('accessKeyId') },
    { name: 'IMPORTER_SECRET_KEY', valueFrom: fromSecret('secretKey') },
    ...(copySeconds > 0 ? [{ name: 'LAB_COPY_SECONDS', value: String(copySeconds) }] : []),
    ...(gate === null ? [] : [{ name: 'LAB_GATE', value: gate }]),
  ];
}

/** The size that the claim requests: at least the disk's size, often more. */
function sizeInKibibytes(claim: V1PersistentVolumeClaim): string {
  return `${Math.ceil(parseBytes(claim.spec?.resources?.requests?.storage ?? '0') / 1024)}Ki`;
}
