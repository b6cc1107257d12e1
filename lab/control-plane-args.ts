/** How the lab runs each component of Kubernetes: as a cluster would, but for one user on one small machine. */
import { join } from 'node:path';

export interface ControlPlaneFiles {
  dir: string;
  logDir: string;
  certDir: string;
  /** Signed the API server's certificate. */
  caFile: string;
  tokenFile: string;
  /** Signs and verifies ServiceAccount tokens. */
  serviceAccountKey: string;
  auditPolicy: string;
  auditLog: string;
  /** By which the API server proves to real kubelets who it is. */
  kubeletClientCertificate: string;
  kubeletClientKey: string;
}

/** Who did what to which object, once per request; never what a request or an answer held. */
export const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata', omitManagedFields: true }],
};

/** Only the controllers that a migration meets: each other one costs memory and requests. */
const CONTROLLERS = [
  'job-controller',
  'garbage-collector-controller',
  'ttl-after-finished-controller',
  'pod-garbage-collector-controller',
  'namespace-controller',
  'serviceaccount-controller',
  'root-ca-certificate-publisher-controller',
  'persistentvolume-binder-controller',
  'persistentvolume-protection-controller',
  'persistentvolumeclaim-protection-controller',
  'validatingadmissionpolicy-status-controller',
  // Without it a quota counts nothing, and admission lets everything pass.
  'resourcequota-controller',
];

/** What a real node needs beside them: its health is judged, and Services lead somewhere. */
const REAL_NODE_CONTROLLERS = [
  'node-lifecycle-controller',
  'taint-eviction-controller',
  'persistentvolume-attach-detach-controller',
  'endpointslice-controller',
];

export function etcdArgs(files: ControlPlaneFiles, clientPort: number, peerPort: number): string[] {
  const client = `http://127.0.0.1:${clientPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  return [
    `--data-dir=${join(files.dir, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    // The lab outlives processes, not the machine: nothing need reach the disk.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

export interface ApiServerPlace {
  address: string;
  port: number;
  /** A real kubelet joins. */
  realNode: boolean;
}

export function apiServerArgs(
  files: ControlPlaneFiles,
  { address, port, realNode }: ApiServerPlace,
  etcdPort: number,
): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    `--bind-address=${address}`,
    `--secure-port=${port}`,
    `--cert-dir=${files.certDir}`,
    `--token-auth-file=${files.tokenFile}`,
    '--anonymous-auth=false',
    '--allow-privileged=true',
    `--service-account-issuer=https://kubernetes.default.svc`,
    `--service-account-key-file=${files.serviceAccountKey}`,
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    `--audit-policy-file=${files.auditPolicy}`,
    `--audit-log-path=${files.auditLog}`,
    // In MiB. Whoever reads the log counts from its beginning: by default it begins anew at 100 MiB.
    '--audit-log-maxsize=8192',
    ...(realNode ? realNodeArgs(files, address) : SANDBOXED_NODE_ARGS),
    '--service-cluster-ip-range=10.0.0.0/24',
    // Logs of Pods are read from the lab's node, whose certificate is its own.
    '--kubelet-preferred-address-types=InternalIP',
    '--shutdown-delay-duration=0s',
    // Everyone's share of a busy API server: the lab's few clients never fill it, and each request would pay for it.
    '--enable-priority-and-fairness=false',
    '--profiling=false',
  ];
}

const SANDBOXED_NODE_ARGS = [
  '--authorization-mode=RBAC',
  // Nobody talks to the API server through a Service here, and an endpoint can't be a loopback address.
  '--endpoint-reconciler-type=none',
];

/** A kubelet has the rights of a node, and no others. */
function realNodeArgs(files: ControlPlaneFiles, address: string): string[] {
  return [
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    `--advertise-address=${address}`,
    `--kubelet-client-certificate=${files.kubeletClientCertificate}`,
    `--kubelet-client-key=${files.kubeletClientKey}`,
  ];
}

export function controllerManagerArgs(
  files: ControlPlaneFiles,
  kubeconfig: string,
  realNode: boolean,
): string[] {
  const controllers = [...CONTROLLERS, ...(realNode ? REAL_NODE_CONTROLLERS : [])];
  return [
    `--kubeconfig=${kubeconfig}`,
    `--controllers=${controllers.join(',')}`,
    // Each controller under its own ServiceAccount, with the rights that upstream gives it.
    '--use-service-account-credentials=true',
    `--service-account-private-key-file=${files.serviceAccountKey}`,
    `--root-ca-file=${files.caFile}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
    '--profiling=false',
  ];
}

export function schedulerArgs(kubeconfig: string): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
    '--profiling=false',
    // Kubernetes 1.34 can miss that a claim was bound, and leaves the Pod that waits for it aside for five minutes.
    '--pod-max-in-unschedulable-pods-duration=10s',
  ];
}
