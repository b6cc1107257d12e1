/**
 * Runs a machine instance: makes its launcher Pod once all of its disks exist, and writes the Pod's state into the
 * instance's status. Source (kubevirt 1.6.0): pkg/virt-controller/watch/vmi/lifecycle.go.
 */
import { isDeepStrictEqual } from 'node:util';
import type { V1Pod } from '@kubernetes/client-node';
import type { V1VirtualMachineInstanceStatus } from '@kubevirt-ui-ext/kubevirt-api/kubevirt';
import { isControlledBy } from '../cdi/claim';
import { CLAIMS, INSTANCES, PODS, type VirtualMachineInstance } from '../resources';
import { key, splitKey } from '../watched';
import { type Outcome, WorkQueue } from '../work-queue';
import type { Controller, World } from '../world';
import { Bridges } from './bridges';
import { GuestAgents } from './guest-agents';
import { instanceState, type InstanceState, stateWithoutGuest } from './instance-status';
import { claimNameOf, type Disk } from './launcher-order';
import { launcherPod } from './launcher-pod';
import { launcherState } from './launcher-state';
import { findDefinitions } from './networks';

/** The API server keeps an instance with this finalizer until its Pod is gone and the controller removes it. */
export const INSTANCE_FINALIZER = 'foregroundDeleteVirtualMachine';

export function startInstanceController(world: World): Controller {
  const agents = new GuestAgents((instanceKey) => queue.add(instanceKey));
  const bridges = new Bridges(world.log);
  const queue = new WorkQueue({
    name: 'kubevirt instance',
    log: world.log,
    work: (instanceKey) => reconcile({ world, agents, bridges }, instanceKey),
  });
  const add = (name: string, namespace?: string) => queue.add(key(name, namespace));
  world.instances.onChange(({ metadata }) => add(metadata?.name ?? '', metadata?.namespace));
  world.pods.onChange(({ metadata }) => {
    const owner = metadata?.ownerReferences?.find((ref) => ref.controller && ref.kind === INSTANCES.kind);
    if (owner) add(owner.name, metadata?.namespace);
  });
  const addUsers = (name: string, namespace?: string) => {
    for (const { metadata, spec } of world.instances.all(namespace)) {
      if (spec.volumes?.some((volume) => claimNameOf(volume) === name)) add(metadata?.name ?? '', namespace);
    }
  };
  // A neighbour may be on a network before its first machine.
  world.attachments.onChange((definition, isGone) => {
    if (isGone) return;
    bridges.of(definition).catch((error: unknown) => world.log(`no bridge: ${String(error)}`));
  });
  world.claims.onChange(({ metadata }) => addUsers(metadata?.name ?? '', metadata?.namespace));
  world.dataVolumes.onChange(({ metadata }) => addUsers(metadata?.name ?? '', metadata?.namespace));
  return {
    stop: () => {
      queue.stop();
      agents.stop();
      bridges.stop();
    },
  };
}

interface Context {
  world: World;
  agents: GuestAgents;
  bridges: Bridges;
}

async function reconcile(context: Context, instanceKey: string): Promise<Outcome> {
  const { world, agents } = context;
  const { name, namespace } = splitKey(instanceKey);
  const instance = world.instances.get(name, namespace);
  if (instance === undefined || isFinal(instance.status?.phase)) agents.forget(instanceKey);
  if (instance === undefined) return 'done';
  const pod = launcherOf(world, instance);
  if (instance.metadata?.deletionTimestamp) return end(world, instance, pod);
  if (isFinal(instance.status?.phase)) return 'done';
  if (pod) return follow(context, instance, pod);
  if (instance.status?.phase === 'Running' || instance.status?.phase === 'Scheduled') {
    return lose(world, instance);
  }
  return launch(context, instance);
}

/** An instance has only one Pod. Without this Pod the instance has failed, and its machine makes a new instance. */
async function lose(world: World, instance: VirtualMachineInstance): Promise<Outcome> {
  const condition = {
    type: 'Ready',
    status: 'False',
    reason: 'PodNotExists',
    message: 'virt-launcher pod does not exist',
  };
  await writeStatus(world, instance, stateWithoutGuest('Failed', [condition], instance.status?.nodeName));
  return 'done';
}

export function isFinal(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

function launcherOf(world: World, instance: VirtualMachineInstance): V1Pod | undefined {
  return world.pods.all(instance.metadata?.namespace).find((pod) => isControlledBy(pod, instance));
}

async function end(world: World, instance: VirtualMachineInstance, pod?: V1Pod): Promise<Outcome> {
  const { name = '', namespace, finalizers = [], resourceVersion } = instance.metadata ?? {};
  if (pod) {
    const { name: podName = '', uid, deletionTimestamp } = pod.metadata ?? {};
    if (!deletionTimestamp) await world.cluster.delete(PODS, { name: podName, namespace }, uid);
    return 'done';
  }
  const kept = finalizers.filter((finalizer) => finalizer !== INSTANCE_FINALIZER);
  const change = { metadata: { resourceVersion, finalizers: kept } };
  world.instances.learn(await world.cluster.patch(INSTANCES, { name, namespace }, change));
  return 'done';
}

async function launch({ world, bridges }: Context, instance: VirtualMachineInstance): Promise<Outcome> {
  // The API server makes up the Pod's name, so a second Pod would not be refused: ask the server for Pods first.
  const { name = '', namespace, uid } = instance.metadata ?? {};
  const path = `${PODS.api}/namespaces/${namespace}/${PODS.plural}?labelSelector=kubevirt.io/created-by%3D${uid}`;
  const { items } = await world.cluster.call<{ items: V1Pod[] }>('GET', path);
  if (items.length > 0) return 'backOff';
  const disks = await findDisks(world, instance);
  if (disks.missing !== null) {
    const { reason, message } = disks.missing;
    const condition = { type: 'Synchronized', status: 'False', reason, message };
    await writeStatus(world, instance, stateWithoutGuest('Pending', [condition]));
    return 'done';
  }
  try {
    const networks = await bridgesOf({ world, bridges }, instance);
    await world.cluster.create(PODS, launcherPod(instance, disks.found, networks));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const condition = { type: 'Synchronized', status: 'False', reason: 'FailedCreate', message };
    await writeStatus(world, instance, stateWithoutGuest('Pending', [condition]));
    throw new Error(`no launcher for ${name}: ${message}`, { cause: error });
  }
  await writeStatus(world, instance, stateWithoutGuest('Scheduling', []));
  return 'done';
}

/** @throws Error where a network of the machine's does not exist */
async function bridgesOf(
  { world, bridges }: Pick<Context, 'world' | 'bridges'>,
  instance: VirtualMachineInstance,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const [network, definition] of await findDefinitions(world.cluster, instance)) {
    found.set(network, await bridges.of(definition));
  }
  return found;
}

interface Disks {
  found: Disk[];
  missing: { reason: string; message: string } | null;
}

async function findDisks(world: World, instance: VirtualMachineInstance): Promise<Disks> {
  const namespace = instance.metadata?.namespace;
  const found: Disk[] = [];
  for (const volume of instance.spec.volumes ?? []) {
    const name = claimNameOf(volume);
    if (name === null) continue;
    const claim = await world.cluster.find(CLAIMS, { name, namespace });
    if (claim === null) {
      return {
        found,
        missing: { reason: 'FailedPvcNotFound', message: `PVC ${namespace}/${name} does not exist` },
      };
    }
    const importing = world.dataVolumes.get(name, namespace);
    if (importing && isControlledBy(claim, importing) && importing.status?.phase !== 'Succeeded') {
      const message = `DataVolume ${name} is ${importing.status?.phase ?? 'Pending'}`;
      return { found, missing: { reason: 'Provisioning', message } };
    }
    found.push({ volume: volume.name, claim });
  }
  return { found, missing: null };
}

async function follow(
  { world, agents }: Context,
  instance: VirtualMachineInstance,
  pod: V1Pod,
): Promise<Outcome> {
  const launcher = launcherState(pod);
  const agent = launcher.ready ? agents.reportOf(instance) : null;
  await writeStatus(world, instance, instanceState(instance, pod, { launcher, agent }));
  return 'done';
}

/** Null clears a field; an empty object would leave the field unchanged. */
type Written = Omit<V1VirtualMachineInstanceStatus, 'guestOSInfo'> & {
  guestOSInfo: V1VirtualMachineInstanceStatus['guestOSInfo'] | null;
};

async function writeStatus(
  world: World,
  instance: VirtualMachineInstance,
  state: InstanceState,
): Promise<void> {
  const { phase, nodeName, conditions = [], interfaces = [], guestOSInfo = {} } = instance.status ?? {};
  if (isDeepStrictEqual(state, { phase, nodeName, conditions, interfaces, guestOSInfo })) return;
  const { phaseTransitionTimestamps = [] } = instance.status ?? {};
  const { name = '', namespace, resourceVersion } = instance.metadata ?? {};
  const reached = { phase: state.phase, phaseTransitionTimestamp: new Date().toISOString() };
  const status: Written = {
    ...state,
    guestOSInfo: Object.keys(state.guestOSInfo).length > 0 ? state.guestOSInfo : null,
    phaseTransitionTimestamps:
      phase === state.phase ? phaseTransitionTimestamps : [...phaseTransitionTimestamps, reached],
  };
  const change = { metadata: { resourceVersion }, status };
  world.instances.learn(await world.cluster.patch(INSTANCES, { name, namespace }, change, '/status'));
}
