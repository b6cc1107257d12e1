/** Debian's containerd, as it is set up on the real node: the defaults of upstream, but for what a lab's machine lacks. */
import { mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerFor, MIRRORED } from '../node/image-store';

export interface ContainerdOptions {
  /** For its configuration. */
  dir: string;
  /** `host:port` of a registry that serves plain http, also the images named lab.drover.dev/…. */
  registry: string;
  /** The image that holds a Pod's namespaces. */
  pauseImage: string;
  /** Block devices belong to the user that the Pod's securityContext names. containerd's default: to root. */
  deviceOwnership: boolean;
}

/** In the node's own /run. */
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock';

/** Where Debian keeps the CNI plugins. */
export const CNI_PLUGINS = '/usr/lib/cni';

const OVERLAYFS = 0x794c7630;

/** Writes the configuration; path of containerd's file. */
export function configureContainerd(options: ContainerdOptions): string {
  const { dir, registry } = options;
  const cni = join(dir, 'cni');
  const certs = join(dir, 'certs.d');
  mkdirSync(cni, { recursive: true });
  writeFileSync(join(cni, '10-pods.conflist'), JSON.stringify(POD_NETWORK, null, 2));
  [registry, MIRRORED].forEach((host) => answerFor(join(certs, host), registry));
  const file = join(dir, 'containerd.toml');
  writeFileSync(file, configuration(options, { cni, certs }));
  return file;
}

/** Pods are behind a bridge, and reach what is outside of the node in the node's own name. */
const POD_NETWORK = {
  cniVersion: '1.0.0',
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      ipMasq: true,
      hairpinMode: true,
      ipam: {
        type: 'host-local',
        ranges: [[{ subnet: '10.244.0.0/16' }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
};

function configuration(
  { dir, pauseImage, deviceOwnership }: ContainerdOptions,
  { cni, certs }: { cni: string; certs: string },
): string {
  // The kernel takes no overlay upon an overlay, as within a container.
  const snapshotter = statfsSync(dir).type === OVERLAYFS ? 'native' : 'overlayfs';
  return `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
[grpc]
  address = "${CONTAINERD_SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  device_ownership_from_security_context = ${deviceOwnership}
  disable_apparmor = true
  # A negative score is for those who have CAP_SYS_RESOURCE, which root within a container has not.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "${snapshotter}"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${CNI_PLUGINS}"
    conf_dir = "${cni}"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${certs}"
[plugins."io.containerd.internal.v1.opt"]
  path = "/var/lib/containerd/opt"
`;
}
