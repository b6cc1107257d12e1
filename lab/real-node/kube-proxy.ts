/** The kube-proxy of the real node: Pods reach Services, the API server's above all. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { REAL_NODE } from '../control-plane-identities';

export interface KubeProxyOptions {
  /** For its configuration. */
  dir: string;
  binary: string;
  kubeconfig: string;
}

export function kubeProxyCommand({ dir, binary, kubeconfig }: KubeProxyOptions): string[] {
  const config = join(dir, 'kube-proxy.yaml');
  writeFileSync(config, stringify(configuration(kubeconfig)));
  return [binary, `--config=${config}`];
}

function configuration(kubeconfig: string): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig },
    mode: 'iptables',
    clusterCIDR: '10.244.0.0/16',
    hostnameOverride: REAL_NODE,
    oomScoreAdj: 0,
    // The size of the machine's table of connections is the machine's.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
}
