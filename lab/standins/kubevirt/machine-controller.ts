/**
 * Keeps a machine running or stopped, as its run strategy says, and writes the machine's status.
 * Source (kubevirt 1.6.0): pkg/virt-controller/watch/vm/vm.go.
 */
import { isDeepStrictEqual } from 'node:util';
import type { V1VirtualMachineStatus } from '@kubevirt-ui-ext/kubevirt-api/kubevirt';
import { controllerRef, isControlledBy } from '../cdi/claim';
import { INSTANCES, MACHINES, type VirtualMachine, type VirtualMachineInstance } from '../resources';
import { key, splitKey } from '../watched';
import { type Outcome, WorkQueue } from '../work-queue';
import type { Controller, World } from '../world';
import { withDefaultDisks } from './default-disks';
import { INSTANCE_FINALIZER, isFinal } from './instance-controller';
import { withInstanceType } from './instance-types';
import { printableStatus } from './printable-status';

/** The API server keeps a machine with this finalizer until its instance is gone. */
const MACHINE_FINALIZER = 'kubevirt.io/virtualMachineControllerFinalize';

/** Pause after an instance that ended before its guest ran: KubeVirt's first (calculateStartBackoffTime). */
const RESTART_MS = 10_000;

export function startMachineController(world: World): Controller {
  const queue = new WorkQueue({
    name: 'kubevirt machine',
    log: world.log,
    work: (machineKey) => reconcile(world, machineKey),
  });
  const add = ({ metadata }: VirtualMachine | VirtualMachineInstance) =>
    queue.add(key(metadata?.name ?? '', metadata?.namespace));
  world.machines.onChange(add);
  world.instances.onChange(add);
  return { stop: () => queue.stop() };
}

async function reconcile(world: World, machineKey: string): Promise<Outcome> {
  const { name, namespace } = splitKey(machineKey);
  const machine = world.machines.get(name, namespace);
  if (machine === undefined) return 'done';
  const found = world.instances.get(name, namespace);
  if (found && !isControlledBy(found, machine))
    throw new Error('the instance of this name belongs to another owner');
  if (machine.metadata?.deletionTimestamp) return end(world, machine, found);
  if (!machine.metadata?.finalizers?.includes(MACHINE_FINALIZER)) {
    await writeFinalizers(world, machine, [...(machine.metadata?.finalizers ?? []), MACHINE_FINALIZER]);
    return 'done';
  }
  // The status is written first: the next start must know of a start that failed.
  await writeStatus(world, machine, found);
  if (hasRunItsCourse(machine, found)) return 'done';
  return shouldRun(machine, found) ? run(world, machine, found) : halt(world, found);
}

/** The machine must not run again. Its instance stays and shows how it ended. */
function hasRunItsCourse({ spec }: VirtualMachine, instance?: VirtualMachineInstance): boolean {
  const phase = instance?.status?.phase;
  return (
    (spec.runStrategy === 'Once' && isFinal(phase)) ||
    (spec.runStrategy === 'RerunOnFailure' && phase === 'Succeeded')
  );
}

/** `Manual` machines are left as they are. */
function shouldRun({ spec }: VirtualMachine, instance?: VirtualMachineInstance): boolean {
  switch (spec.runStrategy ?? (spec.running ? 'Always' : 'Halted')) {
    case 'Always':
      return true;
    case 'RerunOnFailure':
      return instance?.status?.phase !== 'Succeeded';
    case 'Once':
      return !isFinal(instance?.status?.phase);
    case 'Manual':
      return instance !== undefined && !instance.metadata?.deletionTimestamp;
    default:
      return false;
  }
}

async function run(
  world: World,
  machine: VirtualMachine,
  instance?: VirtualMachineInstance,
): Promise<Outcome> {
  if (instance === undefined) {
    const pause = restartPause(machine);
    if (pause > 0) return pause;
    await world.cluster.create(INSTANCES, await newInstance(world, machine));
  } else if (isFinal(instance.status?.phase)) {
    await halt(world, instance);
  }
  return 'done';
}

/** Milliseconds until a machine whose start has failed may start again. */
function restartPause({ status }: VirtualMachine): number {
  const again = status?.startFailure?.retryAfterTimestamp;
  return again ? Math.max(0, Date.parse(again) - Date.now()) : 0;
}

async function newInstance(world: World, machine: VirtualMachine): Promise<VirtualMachineInstance> {
  const { name, namespace } = machine.metadata ?? {};
  const { metadata, spec } = machine.spec.template;
  if (spec === undefined) throw new Error('the template has no spec');
  return {
    metadata: {
      name,
      namespace,
      labels: metadata?.labels,
      annotations: metadata?.annotations,
      finalizers: [INSTANCE_FINALIZER],
      ownerReferences: [controllerRef(MACHINES, machine)],
    },
    spec: await withInstanceType(world, machine, withDefaultDisks(spec)),
  };
}

async function halt(world: World, instance?: VirtualMachineInstance): Promise<Outcome> {
  const { name = '', namespace, uid, deletionTimestamp } = instance?.metadata ?? {};
  if (instance && !deletionTimestamp) await world.cluster.delete(INSTANCES, { name, namespace }, uid);
  return 'done';
}

async function end(
  world: World,
  machine: VirtualMachine,
  instance?: VirtualMachineInstance,
): Promise<Outcome> {
  const { name = '', namespace, finalizers = [] } = machine.metadata ?? {};
  // Asked of the server itself: a machine is gone only when nothing of it runs.
  const live = instance ?? (await world.cluster.find(INSTANCES, { name, namespace }));
  if (live) {
    await halt(world, live);
    await writeStatus(world, machine, live);
    return 'done';
  }
  const kept = finalizers.filter((finalizer) => finalizer !== MACHINE_FINALIZER);
  if (kept.length < finalizers.length) await writeFinalizers(world, machine, kept);
  return 'done';
}

async function writeFinalizers(world: World, machine: VirtualMachine, finalizers: string[]): Promise<void> {
  const { name = '', namespace, resourceVersion } = machine.metadata ?? {};
  const change = { metadata: { resourceVersion, finalizers } };
  world.machines.learn(await world.cluster.patch(MACHINES, { name, namespace }, change));
}

async function writeStatus(
  world: World,
  machine: VirtualMachine,
  instance?: VirtualMachineInstance,
): Promise<void> {
  const status = statusOf(world, machine, instance);
  const before = machine.status ?? {};
  const changed = Object.entries(status).some(
    ([field, value]) => !isDeepStrictEqual(before[field as keyof typeof before] ?? null, value ?? null),
  );
  if (!changed) return;
  const { name = '', namespace, resourceVersion } = machine.metadata ?? {};
  const change = { metadata: { resourceVersion }, status };
  world.machines.learn(await world.cluster.patch(MACHINES, { name, namespace }, change, '/status'));
}

/** Null clears a field. */
type Written = { [field in keyof V1VirtualMachineStatus]: V1VirtualMachineStatus[field] | null };

function statusOf(world: World, machine: VirtualMachine, instance?: VirtualMachineInstance): Written {
  const ready = instance?.status?.conditions?.find(({ type }) => type === 'Ready');
  const isReady = ready?.status === 'True' && !instance?.metadata?.deletionTimestamp;
  const message = instance ? 'Guest VM is not reported as running' : 'VMI does not exist';
  const reason = instance ? 'GuestNotRunning' : 'VMINotExists';
  const condition = isReady
    ? { type: 'Ready', status: 'True' }
    : { type: 'Ready', status: 'False', reason, message };
  return {
    created: instance !== undefined,
    ready: isReady,
    printableStatus: printableStatus({ machine, instance, dataVolumes: world.dataVolumes }),
    runStrategy: machine.spec.runStrategy ?? (machine.spec.running ? 'Always' : 'Halted'),
    observedGeneration: machine.metadata?.generation ?? 0,
    desiredGeneration: machine.metadata?.generation ?? 0,
    startFailure: startFailure(machine, instance),
    conditions: [condition],
  };
}

type StartFailure = V1VirtualMachineStatus['startFailure'] | null;

/** Counts starts that failed before the guest ran. The count ends once a guest runs or the machine is halted. */
function startFailure(machine: VirtualMachine, instance?: VirtualMachineInstance): StartFailure {
  const known = machine.status?.startFailure;
  if (hasRun(instance) || !shouldRun(machine, instance)) return null;
  if (!instance || !isFinal(instance.status?.phase)) return known ?? null;
  const uid = instance.metadata?.uid;
  if (known?.lastFailedVMIUID === uid) return known ?? null;
  const retryAfterTimestamp = new Date(Date.now() + RESTART_MS).toISOString();
  const failures = (known?.consecutiveFailCount ?? 0) + 1;
  return { lastFailedVMIUID: uid, consecutiveFailCount: failures, retryAfterTimestamp };
}

function hasRun(instance?: VirtualMachineInstance): boolean {
  return instance?.status?.phaseTransitionTimestamps?.some(({ phase }) => phase === 'Running') ?? false;
}
