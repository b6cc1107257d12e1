import type { FrozenVm } from '../../../plan/frozen';
import { vmRef } from '../../../plan/vm-ref';
import { conversionJobName, guestKeysName, guestScriptsName } from '../../../plan/names';
import type { ConversionAttempt } from '../../interfaces';
import { podResources } from '../../../plan/pod-resources';
import type { Container, Job, Volume } from '../api/kinds';
import { ownerLabels } from '../api/ownership';
import { attachAll, attachByIndex } from './attached-disks';
import { domainXml } from './domain-xml';
import { keptNetwork } from './kept-network';
import { KVM_DEVICE } from './kvm-device';
import { overlayPath, SCRATCH_MOUNT, scratchVolume } from './overlays';
import { convertorPlacement } from './placement';
import { podAccount } from './pod-account';
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from './restricted';
import { stepJob } from './step-job';
import { STEP_CONTAINERS } from './steps';

export const CONVERSION_CONTAINER = STEP_CONTAINERS.convert;

/** Where the conversion's input is mounted. */
const INPUT = '/etc/drover';
/** Where the passphrases of the guest's disks are mounted, one file for each. */
const KEYS = '/etc/drover-keys';
export const KEYS_VOLUME = 'keys';
/** Where the scripts that customize the guest are mounted, one file for each. */
const SCRIPTS = '/etc/drover-scripts';
export const SCRIPTS_VOLUME = 'scripts';
/** On the Pod: the Secret that the passphrases come from, as `namespace/name`. */
export const KEYS_ANNOTATION = 'drover.dev/guest-keys';

/**
 * What the conversion reads, by file name: `domain.xml`, the guest as libvirt sees it, on overlays; `disks.json`, which disk
 * each overlay lies on; and `network.json`, the network that the guest is to keep, where it is to keep one.
 */
function conversionInput(vm: FrozenVm): Record<string, string> {
  const disks = vm.disks.map((disk) => ({
    index: disk.index,
    path: attachByIndex(disk).path,
    overlay: overlayPath(disk),
  }));
  const network = keptNetwork(vm);
  return {
    'domain.xml': domainXml(vm),
    'disks.json': JSON.stringify(disks),
    ...(network !== null && { 'network.json': JSON.stringify(network) }),
  };
}

/**
 * The input travels with the Pod itself: an object less to make and to remove. Kubernetes allows an object 256 KiB of
 * annotations in total; those of a VM with 60 disks are 17 KiB, and the network of one with 10 cards is at most 20 KiB.
 */
function inputAnnotations(vm: FrozenVm): Record<string, string> {
  const files = Object.entries(conversionInput(vm));
  return Object.fromEntries(files.map(([file, text]) => [inputAnnotation(file), text]));
}

function inputVolume(vm: FrozenVm): Volume {
  const items = Object.keys(conversionInput(vm)).map((path) => ({
    path,
    fieldRef: { fieldPath: `metadata.annotations['${inputAnnotation(path)}']` },
  }));
  return { name: 'input', downwardAPI: { items } };
}

function inputAnnotation(file: string): string {
  return `drover.dev/${file}`;
}

type Conversion = NonNullable<FrozenVm['conversion']>;

/** One attempt at converting all disks of a VM. What it leaves on the scratch volume decides how the next goes on. */
export function conversionJob(
  vm: FrozenVm,
  { image, keys, kvm, scripts }: Conversion,
  { attempt, conversionId, resume }: ConversionAttempt,
): Job {
  const disks = attachAll(vm.disks);
  return stepJob({
    name: conversionJobName(vm.baseName, attempt),
    namespace: vm.namespace,
    step: 'convert',
    labels: ownerLabels(vmRef(vm)),
    podLabels: vm.convertor?.labels,
    podAnnotations: { ...inputAnnotations(vm), ...keysAnnotation(keys) },
    pod: {
      ...RESTRICTED_POD,
      ...podAccount(vm),
      terminationGracePeriodSeconds: 30,
      ...convertorPlacement(vm),
      containers: [
        {
          name: CONVERSION_CONTAINER,
          image,
          ...RESTRICTED_CONTAINER,
          env: [
            { name: 'DROVER_CONVERSION_ID', value: conversionId },
            { name: 'DROVER_RESUME', value: resume ? '1' : '' },
            ...(vm.rootDisk?.partition === undefined
              ? []
              : [{ name: 'DROVER_ROOT', value: vm.rootDisk.partition }]),
            ...(keys?.clevis === true ? [{ name: 'DROVER_CLEVIS', value: '1' }] : []),
          ],
          volumeDevices: disks.container.volumeDevices,
          volumeMounts: [
            { name: 'input', mountPath: INPUT, readOnly: true },
            SCRATCH_MOUNT,
            { name: 'temporary', mountPath: '/var/tmp' },
            ...(keys?.secret === undefined ? [] : [{ name: KEYS_VOLUME, mountPath: KEYS, readOnly: true }]),
            ...(scripts === undefined ? [] : [{ name: SCRIPTS_VOLUME, mountPath: SCRIPTS, readOnly: true }]),
            ...disks.container.volumeMounts,
          ],
          resources: resources(vm, kvm),
        },
      ],
      volumes: [
        inputVolume(vm),
        scratchVolume(vm),
        { name: 'temporary', emptyDir: {} },
        ...keysVolume(keys, guestKeysName(vm.baseName, attempt)),
        ...(scripts === undefined
          ? []
          : [{ name: SCRIPTS_VOLUME, configMap: { name: guestScriptsName(vm.baseName, attempt) } }]),
        ...disks.volumes,
      ],
    },
  });
}

function keysAnnotation(keys: Conversion['keys']): Record<string, string> {
  const secret = keys?.secret;
  return secret === undefined ? {} : { [KEYS_ANNOTATION]: `${secret.namespace}/${secret.name}` };
}

function keysVolume(keys: Conversion['keys'], secretName: string): Volume[] {
  return keys?.secret === undefined
    ? []
    : [{ name: KEYS_VOLUME, secret: { secretName, defaultMode: 0o440 } }];
}

function resources({ podResources: given }: FrozenVm, kvm: boolean): NonNullable<Container['resources']> {
  const device = kvm ? KVM_DEVICE : {};
  const { requests, limits } = podResources('conversion', given?.conversion);
  return { requests: { ...requests, ...device }, limits: { ...limits, ...device } };
}
