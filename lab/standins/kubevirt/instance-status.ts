/** An instance's status, made from its Pod's state and the report of the guest's agent. */
import type { V1Pod } from '@kubernetes/client-node';
import type {
  V1Interface,
  V1VirtualMachineInstanceGuestOSInfo,
  V1VirtualMachineInstanceNetworkInterface,
} from '@kubevirt-ui-ext/kubevirt-api/kubevirt';
import type { VirtualMachineInstance } from '../resources';
import type { MachineCondition } from './conditions';
import { guestAddress } from './loopback-addresses';
import type { GuestInterface, GuestReport } from './guest-agent';
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

type Card = V1VirtualMachineInstanceNetworkInterface;

/**
 * The cards of the machine, then whatever else the guest has. Behind an address translation a card keeps the address at which
 * this machine reaches the guest; without an agent every card on the Pod network has it. Source (kubevirt 1.6.0):
 * pkg/network/setup/netstat.go.
 */
function interfacesOf(instance: VirtualMachineInstance, agent: GuestReport | null): Card[] {
  const cards = (instance.spec.domain.devices.interfaces ?? []).map((card) => cardOf(instance, card));
  const reported = agent?.interfaces.filter(({ name }) => name !== 'lo') ?? [];
  const all = reported.reduce(withReport, cards);
  return all.map((card) => {
    const { masquerade } =
      instance.spec.domain.devices.interfaces?.find(({ name }) => name === card.name) ?? {};
    const isReported = card.infoSource?.includes('guest-agent');
    return isReported && masquerade === undefined ? card : { ...card, ...addressOfPod(instance, card) };
  });
}

function cardOf({ spec }: VirtualMachineInstance, { name, macAddress }: V1Interface): Card {
  const hasMultus = spec.networks?.some((network) => network.name === name && network.multus !== undefined);
  return {
    infoSource: hasMultus ? 'domain, multus-status' : 'domain',
    ...(macAddress ? { mac: plainMac(macAddress) } : {}),
    name,
  };
}

/** Of several interfaces with one MAC address, as a bond and its cards, the last one counts. */
function withReport(cards: Card[], its: GuestInterface): Card[] {
  const mac = its['hardware-address'];
  const addresses = (its['ip-addresses'] ?? []).map((one) => one['ip-address']);
  const main = its['ip-addresses']?.find((one) => one['ip-address-type'] === 'ipv4')?.['ip-address'];
  const said = {
    interfaceName: its.name,
    ...(addresses.length > 0 ? { ipAddress: main ?? addresses[0], ipAddresses: addresses } : {}),
  };
  const found = cards.find((card) => mac !== undefined && card.mac === plainMac(mac));
  if (found === undefined) return [...cards, { infoSource: 'guest-agent', ...(mac ? { mac } : {}), ...said }];
  const { name, mac: own, infoSource = '' } = found;
  const source = infoSource.includes('multus-status')
    ? 'domain, guest-agent, multus-status'
    : 'domain, guest-agent';
  const merged: Card = { infoSource: source, mac: own, ...(name !== undefined && { name }), ...said };
  return cards.map((card) => (card === found ? merged : card));
}

function addressOfPod({ metadata, spec }: VirtualMachineInstance, { name }: Card): Partial<Card> {
  const onPodNetwork = spec.networks?.some((network) => network.name === name && network.pod !== undefined);
  if (!onPodNetwork) return {};
  const address = guestAddress(metadata?.uid ?? '');
  return { ipAddress: address, ipAddresses: [address] };
}

function plainMac(address: string): string {
  return address.toLowerCase().replaceAll('-', ':');
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
