import type { PluginRequest } from '../../interfaces';
import type { FrozenDisk } from '../../../plan/frozen';
import { loginSecretName, pluginJobName } from '../../../plan/names';
import {
  PLUGIN_CONTRACT_VERSION,
  PLUGIN_GRACE_SECONDS,
  PLUGIN_PATHS,
  type RESERVED_PLUGIN_VARS,
} from '../../../plan/plugin-contract';
import { type GivenResources, podResources } from '../../../plan/pod-resources';
import { networkAnnotations } from '../../../plan/transfer-network';
import type { Job, Volume } from '../api/kinds';
import { diskLabels } from '../api/ownership';
import { attachAsTarget } from './attached-disks';
import { podAccount } from './pod-account';
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from './restricted';
import { stepJob } from './step-job';
import { STEP_CONTAINERS } from './steps';

export const PLUGIN_CONTAINER = STEP_CONTAINERS.copy;

/** The volume that a claim is bound to. */
export interface BoundVolume {
  name: string;
  /** CSI driver, empty for a volume of another kind. */
  driver: string;
  handle: string;
}

export interface PluginJobInput {
  request: PluginRequest;
  /** As the map has it. */
  image: string;
  /** What runs, where it is known. */
  pinnedImage?: string;
  imagePullSecret?: string;
  /** The map's own variables. */
  vars: Record<string, string>;
  /** Name of the vendor's own Secret in the target namespace. */
  secret?: string;
  /** What the plan says of them. */
  resources?: GivenResources;
  volume: BoundVolume;
}

/** One attempt of a storage vendor's image at one disk; see docs/plugin-contract.md. */
export function pluginJob(input: PluginJobInput): Job {
  const { request, image, pinnedImage = image, imagePullSecret, resources, vars, secret, volume } = input;
  const { vm, disk, attempt } = request;
  const target = writesBeneath(disk) ? null : attachAsTarget(disk);
  const secrets = [
    secretVolume('login', loginSecretName(vm.baseName, disk.index)),
    ...(secret === undefined ? [] : [secretVolume('vendor', secret)]),
  ];
  // The contract's variables last: the map can't change what they mean.
  const environment: Record<string, string> = {
    ...vars,
    ...contractVariables(request, volume, target?.path ?? ''),
  };
  return stepJob({
    name: pluginJobName(vm.baseName, disk.index, attempt),
    namespace: vm.namespace,
    step: 'copy',
    labels: diskLabels(vm, disk),
    podAnnotations: networkAnnotations(disk.transferNetwork),
    pod: {
      ...RESTRICTED_POD,
      ...podAccount(disk),
      terminationGracePeriodSeconds: PLUGIN_GRACE_SECONDS,
      // Without one, admission puts those of the ServiceAccount here.
      ...(imagePullSecret === undefined ? {} : { imagePullSecrets: [{ name: imagePullSecret }] }),
      containers: [
        {
          name: PLUGIN_CONTAINER,
          image: pinnedImage,
          ...RESTRICTED_CONTAINER,
          env: Object.entries(environment).map(([name, value]) => ({ name, value: literal(value) })),
          volumeDevices: target?.attach.volumeDevices,
          volumeMounts: [
            ...secrets.map(({ name }) => ({ name, mountPath: PLUGIN_PATHS[name], readOnly: true })),
            ...(target?.attach.volumeMounts ?? []),
          ],
          resources: { ...podResources('plugin', resources) },
        },
      ],
      volumes: [...secrets, ...(target === null ? [] : [target.volume])],
    },
  });
}

/** The kubelet puts other variables' values in the place of `$(NAME)`; the files and names of a VM may hold just that. */
function literal(value: string): string {
  return value.replaceAll('$', '$$$$');
}

/** An array that writes beneath the volume has no use for it in a Pod. */
function writesBeneath({ method }: FrozenDisk): boolean {
  return method.kind === 'plugin' && method.attachTarget === false;
}

function secretVolume(name: keyof typeof PLUGIN_PATHS, secretName: string) {
  return { name, secret: { secretName, defaultMode: 0o440 } } satisfies Volume;
}

type ContractVariable = (typeof RESERVED_PLUGIN_VARS)[number];
/** A host's certificate is not always known. */
type ContractVariables = Record<Exclude<ContractVariable, 'HOST_THUMBPRINT'>, string> & {
  HOST_THUMBPRINT?: string;
};

function contractVariables(
  { vm, disk, attempt, copyId, connection }: PluginRequest,
  volume: BoundVolume,
  targetPath: string,
): ContractVariables {
  return {
    CONTRACT_VERSION: PLUGIN_CONTRACT_VERSION,
    COPY_ID: copyId,
    ATTEMPT: String(attempt),
    PLAN_NAME: vm.plan.name,
    PLAN_NAMESPACE: vm.plan.namespace,
    NAMESPACE: vm.namespace,
    HOST: connection.hostUrl,
    ...(connection.hostThumbprint === null ? {} : { HOST_THUMBPRINT: connection.hostThumbprint }),
    VCENTER_URL: connection.vcenterUrl,
    VCENTER_THUMBPRINT: connection.vcenterThumbprint,
    VM_ID: vm.moref,
    VM_NAME: vm.name,
    DISK_KEY: String(disk.key),
    BASE_VMDK: disk.basePath,
    CURRENT_VMDK: disk.currentPath,
    DATASTORE: disk.datastore,
    CAPACITY_BYTES: String(disk.capacityBytes),
    PVC_NAME: disk.volumeName,
    PV_NAME: volume.name,
    CSI_DRIVER: volume.driver,
    VOLUME_HANDLE: volume.handle,
    TARGET_PATH: targetPath,
  };
}
