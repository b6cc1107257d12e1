/**
 * The target VirtualMachine. Drover makes it halted and gives it its volumes, starts it, or removes it and keeps the
 * volumes.
 */
import type { FrozenVm } from '../../../plan/frozen';
import { vmRef, type VmRef } from '../../../plan/vm-ref';
import type { AttachedVolume, ConversionReport, MarkedVolume } from '../../interfaces';
import { failure } from '../../failure';
import type { OffProof } from '../../off-proof';
import { isGoing, stillGoing } from '../api/going';
import { withField } from '../api/api-address';
import type { ApiClient } from '../api/api-client';
import { shorten } from '../api/errors';
import { ofOtherRun } from '../target/finished-notes';
import { untilGone } from '../waiting/gone';
import {
  DATA_VOLUMES,
  type OwnerReference,
  PODS,
  VIRTUAL_MACHINE_INSTANCES,
  VIRTUAL_MACHINES,
  type VirtualMachine,
  VOLUME_CLAIMS,
} from '../api/kinds';
import { endLingering } from '../pods/job-pods';
import { isLauncherOf, LAUNCHERS } from '../pods/launchers';
import { virtualMachine } from '../objects/virtual-machine';
import { deleteSeen, ensure, isOurs, ownedBy, patchOurs } from '../api/ownership';
import { hasEnded } from '../pods/pod-end';
import { deadlineIn, type Scope, within } from '../waiting/scope';
import { leaveShared, releaseClaims, requireNotShared, shareVolume } from '../volumes/shared-claims';
import { giveVolume } from '../volumes/volume-markers';
import { DeadlineError, waitFor } from '../waiting/wait';

/** Longest stop of a guest: its grace period, and time for KubeVirt to report the end. */
const STOP_SECONDS = 300;

/** @throws VolumeLost, SharedDiskChanged */
export async function createMachine(
  api: ApiClient,
  vm: FrozenVm,
  {
    conversion,
    volumes,
    attached = [],
  }: {
    conversion: ConversionReport;
    volumes: readonly MarkedVolume[];
    attached?: readonly AttachedVolume[] | undefined;
  },
): Promise<void> {
  const owner = vmRef(vm);
  const { object: machine } = await ensure(api, VIRTUAL_MACHINES, virtualMachine(vm, conversion), owner);
  if (isGoing(machine)) throw stillGoing(`VirtualMachine ${vm.targetName}`);
  const user: OwnerReference = {
    apiVersion: VIRTUAL_MACHINES.apiVersion,
    kind: VIRTUAL_MACHINES.kind,
    name: vm.targetName,
    uid: machine.metadata?.uid ?? '',
    blockOwnerDeletion: false,
  };
  const controller = { ...user, controller: true };
  await Promise.all(volumes.map((volume) => giveVolume(api, owner, volume, controller)));
  await Promise.all(attached.map((volume) => shareVolume(api, vm.namespace, volume, user)));
  // Only now, when no claim names its DataVolume as owner. `Orphan` also keeps the garbage collector from the claims.
  const isImported = vm.disks.some(({ method }) => method.kind === 'import');
  const theirs = { namespace: vm.namespace, labelSelector: ownedBy(owner) };
  if (isImported) await api.deleteAll(DATA_VOLUMES, theirs, 'Orphan');
}

/**
 * Starts the machine. Removes lingering Pods first: only the machine may use its volumes.
 *
 * @param prove that the source is off, as the last thing before the start. Absent: the migration is of an older version, and
 * has proved it itself
 * @throws SourceRanMeanwhile, SharedDiskChanged
 */
export async function startMachine(
  api: ApiClient,
  vm: VmRef,
  prove?: () => Promise<OffProof>,
): Promise<void> {
  const { items } = await api.list(PODS, { namespace: vm.namespace, labelSelector: ownedBy(vm) });
  for (const step of ['copy', 'convert'] as const) await endLingering(api, vm, step, items);
  const proof = await prove?.();
  if (proof?.ran != null) {
    if (proof.other !== undefined) throw failure(proof.other.ifRan, proof.ran);
    throw failure('SourceRanMeanwhile', `the source ran after it was stopped: ${proof.ran}`);
  }
  await setRunStrategy(api, vm, 'Always', proof?.startBy);
}

async function setRunStrategy(
  api: ApiClient,
  vm: VmRef,
  strategy: 'Always' | 'Halted',
  sendBy?: number,
): Promise<void> {
  const operations = [{ op: 'add' as const, path: '/spec/runStrategy', value: strategy }];
  await patchOurs(api, VIRTUAL_MACHINES, machineRef(vm), { vm, operations, sendBy });
}

/** @throws MachineNotStarted with KubeVirt's reason */
export async function awaitMachineRunning(scope: Scope, vm: VmRef, seconds: number): Promise<void> {
  const { informers, cluster, progress } = scope;
  const runs = (machine?: VirtualMachine | null) => machine?.status?.printableStatus === 'Running';
  let note = 'KubeVirt says nothing';
  try {
    await informers.using(cluster, { kind: VIRTUAL_MACHINES, namespace: vm.namespace }, (machines) =>
      waitFor(
        machines,
        ({ metadata }) => metadata?.name === vm.targetName,
        async ([heard]) => {
          // What was heard may be of another start: only a live look ends the wait.
          const machine = runs(heard) ? await cluster.api.find(VIRTUAL_MACHINES, machineRef(vm)) : heard;
          if (runs(machine)) return true;
          if (machine != null) note = whyNotRunning(machine);
          progress.report({ note });
          return undefined;
        },
        deadlineIn(scope, seconds),
      ),
    );
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    throw failure(
      'MachineNotStarted',
      `VirtualMachine ${vm.targetName} did not run within ${seconds} s: ${note}`,
    );
  }
}

function whyNotRunning({ status }: VirtualMachine): string {
  const bad = status?.conditions?.find(({ type, status: is, message }) =>
    type === 'Failure' ? is === 'True' : type === 'Ready' && is === 'False' && Boolean(message),
  );
  const state = status?.printableStatus ?? 'no status yet';
  return bad?.message === undefined ? state : `${state}: ${shorten(bad.message)}`;
}

/**
 * @param runId names this run of the migration
 * @throws MachineNotStopped: until it is proven off, the source must stay off. TargetShared: other targets run with what this
 * migration copied, and would run on beside its source
 */
export async function removeMachine(scope: Scope, vm: VmRef, runId: string): Promise<void> {
  const { api } = scope.cluster;
  const machine = await api.find(VIRTUAL_MACHINES, machineRef(vm));
  // Drover never started somebody else's machine of this name, and must not stop it.
  if (machine !== null && !isOurs(machine, vm)) return;
  if (machine !== null && ofOtherRun(machine, runId))
    throw failure(
      'MachineNotStopped',
      `VirtualMachine ${vm.namespace}/${vm.targetName} was finished by another run of this migration, and is left alone`,
    );
  const { items: claims } = await api.list(VOLUME_CLAIMS, {
    namespace: vm.namespace,
    labelSelector: ownedBy(vm),
  });
  await requireNotShared(api, vm, { claims, uid: machine?.metadata?.uid ?? '' });
  try {
    if (machine !== null) await setRunStrategy(api, vm, 'Halted');
    await untilStopped(scope, vm);
    // Before its removal: the garbage collector deletes claims that name the machine as owner.
    if (machine !== null) await releaseClaims(api, vm, machine);
    if (machine !== null) await leaveShared(api, machine);
    if (machine !== null) await deleteSeen(api, VIRTUAL_MACHINES, machine);
    await untilGone(scope, VIRTUAL_MACHINES, machineRef(vm), { seconds: STOP_SECONDS });
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    throw failure('MachineNotStopped', `VirtualMachine ${vm.namespace}/${vm.targetName} is not proven off`);
  }
}

/** Waits until neither an instance nor a running launcher Pod exists. Live reads prove it after each change. */
export async function untilStopped(scope: Scope, vm: VmRef): Promise<void> {
  const { api } = scope.cluster;
  const { namespace } = vm;
  // KubeVirt makes instances, without Drover's labels.
  const instances = { kind: VIRTUAL_MACHINE_INSTANCES, namespace, labelSelector: '' };
  await scope.informers.using(scope.cluster, instances, (informer) =>
    waitFor(
      informer,
      ({ metadata }) => metadata?.name === vm.targetName,
      async (heard) => (heard.length === 0 && !(await hasInstance(api, vm)) ? true : undefined),
      within(scope, STOP_SECONDS),
    ),
  );
  const what = { kind: PODS, namespace, labelSelector: LAUNCHERS };
  await scope.informers.using(scope.cluster, what, (launchers) =>
    waitFor(
      launchers,
      (pod) => isLauncherOf(pod, vm),
      async () => {
        // A launcher that has ended may stay for its log.
        const { items } = await api.list(PODS, { namespace, labelSelector: LAUNCHERS });
        return items.some((pod) => isLauncherOf(pod, vm) && !hasEnded(pod)) ? undefined : true;
      },
      within(scope, STOP_SECONDS),
    ),
  );
}

/** Lists by name: Drover needs the right to list for the watch anyway, and a live list proves as much as a live get. */
export async function hasInstance(api: ApiClient, { namespace, targetName }: VmRef): Promise<boolean> {
  const fieldSelector = withField('metadata.name', targetName);
  return (await api.list(VIRTUAL_MACHINE_INSTANCES, { namespace, fieldSelector })).items.length > 0;
}

function machineRef(vm: VmRef): { name: string; namespace: string } {
  return { name: vm.targetName, namespace: vm.namespace };
}
