/** A real Kubernetes control plane on this machine: etcd, API server, controller manager and scheduler. */
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesBinaries } from './binaries';
import { type Identity, type IdentityName, MASTERS, writeIdentities } from './control-plane-identities';
import {
  apiServerArgs,
  AUDIT_POLICY,
  controllerManagerArgs,
  type ControlPlaneFiles,
  etcdArgs,
  schedulerArgs,
} from './control-plane-args';
import { SPARING_GO } from './go-environment';
import { writeKubeconfig } from './kubeconfig';
import { selfSigned } from './node/self-signed';
import { freePorts } from './ports';
import { type ProcessSpec, type StartedProcess, startProcess, stopProcess } from './process';
import { accepts, answersOk, untilReady } from './ready';

export interface ControlPlaneOptions {
  /** A folder that holds no other control plane; made when missing. */
  dir: string;
  binaries: KubernetesBinaries;
  /** Of this machine, where the API server listens; default 127.0.0.1. */
  address?: string;
  /** Whether the processes live on when the caller ends; default `caller`. */
  lifetime?: ProcessSpec['lifetime'];
  /**
   * Called once the API server answers, before the controllers start: what is applied here (CRDs above all)
   * is known to the garbage collector from its first look, not only from its next one half a minute later.
   */
  beforeControllers?: (kubeconfig: string) => Promise<void>;
  /** A real kubelet will join; default false. */
  realNode?: boolean;
}

/** How the programs of a real node and the API server know each other. */
export interface RealNodeAccess {
  /** kubeconfig of the kubelet. */
  kubelet: string;
  /** kubeconfig of kube-proxy. */
  proxy: string;
  /** PEM file of the certificate that the API server shows to kubelets. */
  clientCertificate: string;
}

export interface ControlPlane {
  dir: string;
  /** `https://ADDRESS:PORT` */
  url: string;
  /** kubeconfig of the administrator. */
  kubeconfig: string;
  /** One kubeconfig for each of the lab's own parts, so that the audit log tells them apart. */
  kubeconfigs: Record<IdentityName, string>;
  /** One JSON event a line. */
  auditLog: string;
  caFile: string;
  /** Null where no real kubelet can join. */
  realNode: RealNodeAccess | null;
  processes: StartedProcess[];
  /** Process ids by component. */
  pids: Record<string, number>;
  /** Ends every process; the files stay. */
  stop(): Promise<void>;
}

/** @throws Error with the end of the component's log when one does not come up. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const files = layOut(options.dir);
  const identities = writeIdentities(files.tokenFile);
  const [etcdPort, peerPort, apiPort] = (await freePorts(3)) as [number, number, number];
  const { address = '127.0.0.1', realNode = false } = options;
  const url = `https://${address}:${apiPort}`;
  const processes: StartedProcess[] = [];
  const stop = async () => {
    // Clients before their servers, or they would spend their last seconds on retries.
    for (const component of [...processes].reverse()) {
      await stopProcess(component);
    }
  };
  const start = async (name: string, command: string, args: string[]) => {
    const lifetime = options.lifetime ?? 'caller';
    const { logDir } = files;
    const component = await startProcess({ name, command, args, logDir, lifetime, env: SPARING_GO });
    processes.push(component);
    return component;
  };

  try {
    const { binaries } = options;
    const etcd = await start('etcd', binaries.etcd, etcdArgs(files, etcdPort, peerPort));
    await untilReady(etcd, () => accepts(etcdPort));
    const api = await start(
      'kube-apiserver',
      binaries.kubeApiserver,
      apiServerArgs(files, { address, port: apiPort, realNode }, etcdPort),
    );
    await untilReady(api, () => isServing(files, url, identities.admin));
    const kubeconfigs = writeKubeconfigs(files, url, identities);
    await options.beforeControllers?.(kubeconfigs.admin);
    await start(
      'kube-controller-manager',
      binaries.kubeControllerManager,
      controllerManagerArgs(files, kubeconfigs['controller-manager'], realNode),
    );
    await start('kube-scheduler', binaries.kubeScheduler, schedulerArgs(kubeconfigs.scheduler));
    const pids = Object.fromEntries(processes.map(({ name, pid }) => [name, pid]));
    const { dir, auditLog, caFile } = files;
    return {
      dir,
      url,
      kubeconfig: kubeconfigs.admin,
      kubeconfigs,
      auditLog,
      caFile,
      realNode: realNode ? realNodeAccess(files, kubeconfigs) : null,
      processes,
      pids,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function layOut(dir: string): ControlPlaneFiles {
  const files: ControlPlaneFiles = {
    dir,
    logDir: join(dir, 'logs'),
    certDir: join(dir, 'certificates'),
    caFile: join(dir, 'ca.crt'),
    tokenFile: join(dir, 'tokens.csv'),
    serviceAccountKey: join(dir, 'service-account.key'),
    auditPolicy: join(dir, 'audit-policy.json'),
    auditLog: join(dir, 'audit.log'),
    kubeletClientCertificate: join(dir, 'kubelet-client.crt'),
    kubeletClientKey: join(dir, 'kubelet-client.key'),
  };
  mkdirSync(files.certDir, { recursive: true });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(files.serviceAccountKey, privateKey.export({ type: 'pkcs1', format: 'pem' }), {
    mode: 0o600,
  });
  writeFileSync(files.auditPolicy, JSON.stringify(AUDIT_POLICY));
  const { cert, key } = selfSigned('lab:apiserver', { organisation: MASTERS });
  writeFileSync(files.kubeletClientCertificate, cert);
  writeFileSync(files.kubeletClientKey, key, { mode: 0o600 });
  return files;
}

function realNodeAccess(files: ControlPlaneFiles, kubeconfigs: Record<IdentityName, string>): RealNodeAccess {
  return {
    kubelet: kubeconfigs.kubelet,
    proxy: kubeconfigs['kube-proxy'],
    clientCertificate: files.kubeletClientCertificate,
  };
}

/** The API server makes its own certificate at its first start, followed by the CA that signed it. */
async function isServing(files: ControlPlaneFiles, url: string, { token }: Identity): Promise<boolean> {
  const certificate = join(files.certDir, 'apiserver.crt');
  if (!existsSync(certificate)) {
    return false;
  }
  const chain = readFileSync(certificate, 'utf8').match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----\n/g);
  const ca = chain?.at(-1);
  if (ca === undefined) {
    return false;
  }
  writeFileSync(files.caFile, ca);
  return answersOk(`${url}/readyz`, { token, ca });
}

function writeKubeconfigs(
  files: ControlPlaneFiles,
  url: string,
  identities: Record<IdentityName, Identity>,
): Record<IdentityName, string> {
  const ca = readFileSync(files.caFile, 'utf8');
  const written = Object.values(identities).map(({ name, user, token }) => {
    const file = join(files.dir, 'kubeconfigs', `${name}.yaml`);
    writeKubeconfig(file, { url, ca, user, token });
    return [name, file];
  });
  return Object.fromEntries(written) as Record<IdentityName, string>;
}
