/** An instance's status, made from its Pod's state and the report of the guest's agent. */
import type { V1Pod } from '@kubernetes/client-node';
import type {
  V1Interface,
  V1VirtualMachineInstanceGuestOSInfo,
  V1VirtualMachineInstanceNetworkInterface,
} from '@kubevirt-ui-ext/kubevirt-api/kubevirt';
import type { VirtualMachineInstance } from '../resources';
import type { MachineCondition } from './conditions';
import { guestAddress } from './guest-address';
import type { GuestReport } from './guest-agent';
import type { LauncherState } from './launcher-state';

export interface InstanceState {
  phase: string;
  conditions: MachineCondition[];
  nodeName: string | undefined;
  interfaces: V1VirtualMachineInstanceNetworkInterface[];
  guestOSInfo: V1VirtualMachineInstanceGuestOSInfo;
}

/** The state of an instance that does not run. */
export function stateWithoutGuest(
  phase: string,
  conditions: MachineCondition[],
  nodeName?: string,
): InstanceState {
  return { phase, conditions, nodeName, interfaces: [], guestOSInfo: {} };
}

export function instanceState(
  instance: VirtualMachineInstance,
  pod: V1Pod,
  { launcher, agent }: { launcher: LauncherState; agent: GuestReport | null },
): InstanceState {
  const nodeName = pod.spec?.nodeName;
  const conditions = [readiness(launcher), ...agentCondition(agent), ...troubleCondition(launcher)];
  if (!launcher.ready) return stateWithoutGuest(launcher.phase, conditions, nodeName);
  return {
    phase: launcher.phase,
    conditions,
    nodeName,
    interfaces: interfacesOf(instance, agent),
    guestOSInfo: osInfo(agent),
  };
}

function readiness({ ready }: LauncherState): MachineCondition {
  return ready
    ? { type: 'Ready', status: 'True' }
    : {
        type: 'Ready',
        status: 'False',
        reason: 'GuestNotRunning',
        message: 'Guest VM is not reported as running',
      };
}

/** Absent while no agent answers, as in KubeVirt. */
function agentCondition(agent: GuestReport | null): MachineCondition[] {
  return agent === null ? [] : [{ type: 'AgentConnected', status: 'True' }];
}

function troubleCondition({ trouble, phase }: LauncherState): MachineCondition[] {
  if (trouble === null) return [];
  const type = phase === 'Scheduling' ? 'PodScheduled' : 'Synchronized';
  return [{ type, status: 'False', ...trouble }];
}

/** The card on the Pod network gets the address at which this machine reaches the guest. */
function interfacesOf(
  { metadata, spec }: VirtualMachineInstance,
  agent: GuestReport | null,
): V1VirtualMachineInstanceNetworkInterface[] {
  return (spec.domain.devices.interfaces ?? []).map((card) => {
    const onPodNetwork = spec.networks?.some(({ name, pod }) => name === card.name && pod !== undefined);
    const address = guestAddress(metadata?.uid ?? '');
    const inGuest = agent?.interfaces.find((its) => isSameCard(card, its['hardware-address']));
    return {
      infoSource: inGuest ? 'domain, guest-agent' : 'domain',
      ...(inGuest ? { interfaceName: inGuest.name } : {}),
      ...(onPodNetwork ? { ipAddress: address, ipAddresses: [address] } : {}),
      ...(card.macAddress ? { mac: card.macAddress } : {}),
      name: card.name,
    };
  });
}

function isSameCard({ macAddress }: V1Interface, address: string | undefined): boolean {
  return macAddress !== undefined && macAddress.toLowerCase() === address?.toLowerCase();
}

function osInfo(agent: GuestReport | null): V1VirtualMachineInstanceGuestOSInfo {
  const os = agent?.os;
  if (!os) return {};
  const info = {
    id: os.id,
    name: os.name,
    prettyName: os['pretty-name'],
    version: os.version,
    versionId: os['version-id'],
    kernelRelease: os['kernel-release'],
    kernelVersion: os['kernel-version'],
    machine: os.machine,
  };
  return Object.fromEntries(Object.entries(info).filter(([, value]) => value !== undefined));
}
