/** The control plane as its projects publish it, with what proves that an archive is the one that was meant. */

export type Checksum =
  /** Pinned here: whoever serves the archive can't change it. */
  | { algorithm: 'sha256' | 'sha512'; hex: string }
  /** From the list that is published beside the archive: it reveals a damaged archive, not a false source. */
  | { algorithm: 'sha256' | 'sha512'; listedAt: string };

/** A gzipped tar file. */
export interface Archive {
  /** For people: `kubernetes 1.34.4`. */
  name: string;
  url: string;
  checksum: Checksum;
  /** Program → its path in the archive. */
  programs: Readonly<Record<string, string>>;
}

/** The same as lab/tools/go.mod pins for building. */
const ETCD_VERSION = '3.6.4';

/** From the release notes of Kubernetes 1.34.4 (CHANGELOG-1.34.md, Server Binaries). By the architecture's name there. */
const KUBERNETES_SHA512: Readonly<Record<string, string>> = {
  amd64:
    '65c75e81e3ea488f6d42b493cad64d7577ddfa1e5372037a1c841ac069039997d359b5b2f2d44e7665bf04c48ed0065cf9d4c9801b1e63bb6a1b099ef00d4863',
  arm64:
    'a1fad7060ed67b5634f32f3256a295179dd887dab5c82b8550c2eb62c69df34cfbb311c8f93e7608d558eba32b9e2ddc23976db39e512fd747cc6bf9b4c1765f',
};

/** Node's name of the machine's architecture → the projects' name. */
const ARCHITECTURES: Partial<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** @returns none for a machine that nothing is published for */
export function controlPlaneArchives(kubernetesVersion: string, machine: string = process.arch): Archive[] {
  const architecture = ARCHITECTURES[machine];
  const hex = KUBERNETES_SHA512[architecture ?? ''];
  if (architecture === undefined || hex === undefined) return [];
  const etcd = `etcd-v${ETCD_VERSION}-linux-${architecture}`;
  const releases = `https://github.com/etcd-io/etcd/releases/download/v${ETCD_VERSION}`;
  const inServer = (program: string) => `kubernetes/server/bin/${program}`;
  return [
    {
      name: `etcd ${ETCD_VERSION}`,
      url: `${releases}/${etcd}.tar.gz`,
      checksum: { algorithm: 'sha256', listedAt: `${releases}/SHA256SUMS` },
      programs: { etcd: `${etcd}/etcd` },
    },
    {
      name: `kubernetes ${kubernetesVersion}`,
      url: `https://dl.k8s.io/v${kubernetesVersion}/kubernetes-server-linux-${architecture}.tar.gz`,
      checksum: { algorithm: 'sha512', hex },
      programs: Object.fromEntries(
        ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((one) => [one, inServer(one)]),
      ),
    },
  ];
}
