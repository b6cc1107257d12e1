/**
 * The Pod that KubeVirt makes for a VM's guest, as far as quotas, LimitRanges and nodes look at it. It is never made here,
 * only tried and reckoned.
 *
 * Source: KubeVirt 1.6, pkg/virt-controller/services: renderresources.go (GetMemoryOverhead, WithoutDedicatedCPU,
 * WithAutoMemoryLimits), template.go (the constants), serialconsolelog.go. What its configuration may change is taken as
 * it is by default: no overcommit of memory, ten processors of guests on one of a node, no additional overhead.
 */
import type { FrozenVm } from '../../../plan/frozen';
import type { Pod } from '../api/kinds';
import { vmPlacement } from './placement';
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from './restricted';

const MIB = 2 ** 20;
/** Of KubeVirt's own processes: virt-launcher-monitor, virt-launcher, virtlogd, virtqemud, qemu. */
const PROCESSES_MIB = 25 + 100 + 25 + 40 + 30;
const IO_THREAD_MIB = 8;
const MIB_PER_CPU = 8;
const VIDEO_MIB = 32;
const TPM_MIB = 53;
/** One bit for each 512. */
const PAGE_TABLE_SHARE = 512;
/** What KubeVirt's device plugin offers on all nodes while its feature gate PersistentReservation is on. */
const RESERVATIONS: Readonly<Record<string, string>> = { 'devices.kubevirt.io/pr-helper': '1' };
/** Millicores of a node for one processor of a guest. */
const MILLICORES_PER_CPU = 100;
const CONSOLE_LOG = {
  requests: { cpu: '5m', memory: '35M' },
  limits: { cpu: '15m', memory: '60M' },
};

/** What KubeVirt sets as limits: nothing, where no quota of the namespace asks for it. */
export interface LauncherLimits {
  cpu: boolean;
  /** So many times what it asks for; null: no limit. */
  memoryRatio: number | null;
}

export function launcherPod(vm: FrozenVm, image: string, { cpu, memoryRatio }: LauncherLimits): Pod {
  const cpus = cpusOf(vm);
  const memory = guestBytes(vm) + overheadBytes(vm, cpus);
  const devices = vm.disks.some(({ lun }) => lun?.reservation === true) ? RESERVATIONS : {};
  const compute = {
    requests: {
      cpu: `${cpus * MILLICORES_PER_CPU}m`,
      memory: String(memory),
      'ephemeral-storage': '50M',
      ...devices,
    },
    limits: {
      ...devices,
      ...(cpu && { cpu: String(cpus) }),
      ...(memoryRatio !== null && { memory: String(Math.ceil(memory * memoryRatio)) }),
    },
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `virt-launcher-${vm.targetName}`,
      namespace: vm.namespace,
      labels: { ...vm.labels, 'kubevirt.io': 'virt-launcher' },
    },
    spec: {
      ...RESTRICTED_POD,
      restartPolicy: 'Never',
      ...vmPlacement(vm),
      containers: [
        { name: 'compute', image, resources: compute, ...RESTRICTED_CONTAINER },
        // Where a plan does not ask for it, the configuration of KubeVirt says whether there is one.
        ...(vm.policy.verify.by === 'none'
          ? []
          : [{ name: 'guest-console-log', image, resources: CONSOLE_LOG, ...RESTRICTED_CONTAINER }]),
      ],
    },
  };
}

function cpusOf({ hardware, instanceType }: FrozenVm): number {
  return instanceType?.cpus ?? hardware.sockets * hardware.coresPerSocket;
}

function guestBytes({ hardware, instanceType }: FrozenVm): number {
  return instanceType?.memoryBytes ?? hardware.memoryMiB * MIB;
}

function overheadBytes(vm: FrozenVm, cpus: number): number {
  const fixed = PROCESSES_MIB + IO_THREAD_MIB + VIDEO_MIB + (vm.hardware.tpm ? TPM_MIB : 0);
  return Math.ceil(guestBytes(vm) / PAGE_TABLE_SHARE) + (fixed + MIB_PER_CPU * cpus) * MIB;
}
