/** The kubelet of the real node, with its defaults but for what differs on a machine that is no node's alone. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { REAL_NODE } from '../control-plane-identities';
import { CONTAINERD_SOCKET } from './containerd';

export interface KubeletOptions {
  /** For its configuration. */
  dir: string;
  binary: string;
  kubeconfig: string;
  /** PEM file: the certificate by which the API server proves who it is. */
  clientCaFile: string;
  nodeAddress: string;
  /** Absolute; all Pods' cgroups lie below. */
  cgroup: string;
  labels: Readonly<Record<string, string>>;
}

/** The kubelet's command; its root folder is /var/lib/kubelet, as on most nodes. */
export function kubeletCommand(options: KubeletOptions): string[] {
  const { dir, binary, kubeconfig, nodeAddress, labels } = options;
  const config = join(dir, 'kubelet.yaml');
  const resolvConf = join(dir, 'resolv.conf');
  writeFileSync(resolvConf, `nameserver ${nodeAddress}\n`);
  writeFileSync(config, stringify(configuration(options, resolvConf)));
  return [
    binary,
    `--config=${config}`,
    `--kubeconfig=${kubeconfig}`,
    `--hostname-override=${REAL_NODE}`,
    `--node-ip=${nodeAddress}`,
    `--node-labels=${Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(',')}`,
  ];
}

function configuration({ clientCaFile, cgroup, dir }: KubeletOptions, resolvConf: string): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: clientCaFile },
    },
    authorization: { mode: 'Webhook' },
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: cgroup,
    failCgroupV1: false,
    failSwapOn: false,
    // A negative score is for those who have CAP_SYS_RESOURCE.
    oomScoreAdj: 0,
    // Nobody answers there: Pods of the lab call everything by its address.
    clusterDNS: ['10.0.0.10'],
    clusterDomain: 'cluster.local',
    resolvConf,
    volumePluginDir: join(dir, 'volume-plugins'),
    // The machine's disk and memory are not the lab's to judge.
    evictionHard: {
      'memory.available': '50Mi',
      'nodefs.available': '0.1%',
      'nodefs.inodesFree': '0.1%',
      'imagefs.available': '0.1%',
    },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    maxPods: 200,
  };
}
