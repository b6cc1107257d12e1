/**
 * Whether the node of a VM's volumes lets Drover's Pods write to its block devices: asked of the binder while the source
 * still runs. No answer is no reason to hold a VM: if the device is closed to its copy, the copy says so.
 */
import { listSome } from '../../../plan/cut';
import type { FrozenVm } from '../../../plan/frozen';
import { binderName } from '../../../plan/names';
import { vmRef } from '../../../plan/vm-ref';
import { failure } from '../../failure';
import { shorten } from '../api/errors';
import { type Pod, PODS } from '../api/kinds';
import { isOurs } from '../api/ownership';
import { asksForDevices, closedDevices, type ClosedDevice, deviceQuestion } from '../objects/device-question';
import { startDelay } from '../pods/pod-reasons';
import { deadlineIn, type Scope } from '../waiting/scope';
import { DeadlineError, waitFor } from '../waiting/wait';
import { openBinder } from './binder';

/** A Pod in trouble has so long to get out of it: a registry may stumble, and a scheduler looks again. */
const PATIENCE_MS = 15_000;
/** How often Drover judges again while the watch reports no change. */
const LOOK_AGAIN_MS = 2_000;
/** Of the volumes, that a message names. */
const MOST_NAMED = 3;

/** @throws DeviceNotWritable */
export async function requireDevices(scope: Scope, vm: FrozenVm): Promise<void> {
  if (deviceQuestion(vm) === null) return;
  const closed = await answer(scope, vm);
  const [first] = closed;
  if (first === undefined) return;
  const names = listSome(
    closed.map(({ volumeName }) => volumeName),
    MOST_NAMED,
  );
  throw failure(
    'DeviceNotWritable',
    `Drover's Pods can't write to the device of ${names}: ${shorten(first.why)}`,
  );
}

/** None, too, where nobody answers. */
async function answer(scope: Scope, vm: FrozenVm): Promise<ClosedDevice[]> {
  const name = binderName(vm.baseName);
  const read = () => scope.cluster.api.find(PODS, { name, namespace: vm.namespace });
  const begun = Date.now();
  scope.progress.report({ note: 'asking whether its devices can be written to' });
  try {
    return await scope.informers.using(scope.cluster, { kind: PODS, namespace: vm.namespace }, (pods) =>
      waitFor(
        pods,
        (pod) => pod.metadata?.name === name && isOurs(pod, vmRef(vm)),
        async ([heard]) => {
          // The watch may be behind.
          const pod = heard ?? (await read());
          if (pod === null || !asksForDevices(pod)) return [];
          // Where the volumes were bound at once, nobody has opened it yet.
          if ((pod.spec?.schedulingGates ?? []).length > 0) await openBinder(scope, vm);
          const found = closedDevices(vm, pod) ?? (isHopeless(pod, begun) ? [] : undefined);
          if (found === undefined || found.length === 0 || pod !== heard) return found;
          // After a retry, the watch may still report the binder that was removed because of what it had found.
          return (await read())?.metadata?.uid === pod.metadata?.uid ? found : undefined;
        },
        { ...deadlineIn(scope, vm.policy.bindDeadlineSeconds), againMs: LOOK_AGAIN_MS },
      ),
    );
  } catch (error) {
    if (error instanceof DeadlineError) return [];
    throw error;
  }
}

function isHopeless(pod: Pod, begun: number): boolean {
  const delay = startDelay(pod);
  if (delay === null || delay.kind === 'ordinary') return false;
  return delay.kind === 'final' || Date.now() > begun + PATIENCE_MS;
}
