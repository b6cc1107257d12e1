/**
 * The binder: a Pod that mounts a VM's volumes, from when they are made until copies may begin, and tries whether their devices
 * can be written to.
 */
import type { FrozenVm } from '../../../plan/frozen';
import { binderName } from '../../../plan/names';
import { vmRef } from '../../../plan/vm-ref';
import { failure } from '../../failure';
import { podRefusal } from '../admission/pod-trials';
import { isGoing, stillGoing } from '../api/going';
import type { ApiClient } from '../api/api-client';
import { isMissing } from '../api/errors';
import { type Pod, PODS } from '../api/kinds';
import { deleteSeen, ensure, isOurs, nameTaken, patchOurs } from '../api/ownership';
import { binderPod, OPEN_CLAIMS_GATE } from '../objects/binder-pod';
import { closedDevices } from '../objects/device-question';
import { hasEnded } from '../pods/pod-end';
import { type Scope, within } from '../waiting/scope';
import { DeadlineError, waitFor } from '../waiting/wait';

/** The cluster may need so long to remove an idle Pod whose grace period is one second. */
const BINDER_SECONDS = 120;

export async function ensureBinder(api: ApiClient, vm: FrozenVm, image: string): Promise<void> {
  const { object: pod } = await ensure(api, PODS, binderPod(vm, image), vmRef(vm)).catch((error: unknown) => {
    throw podRefusal('binder', error);
  });
  const isOver = hasEnded(pod) || isToAskAgain(vm, pod);
  if (isOver) await deleteSeen(api, PODS, pod);
  if (isOver || isGoing(pod)) throw stillGoing(`Pod ${pod.metadata?.name}`);
}

/** It has found devices that it could not open: after somebody has mended that, another one looks again. */
function isToAskAgain(vm: FrozenVm, binder: Pod): boolean {
  return (closedDevices(vm, binder) ?? []).length > 0;
}

/** Lets the scheduler place the binder. If the binder is gone, the wait for bound volumes finds that out. */
export async function openBinder({ cluster: { api } }: Scope, vm: FrozenVm): Promise<void> {
  const ref = { name: binderName(vm.baseName), namespace: vm.namespace };
  try {
    await patchOurs(api, PODS, ref, { vm: vmRef(vm), operations: [OPEN_CLAIMS_GATE] });
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/**
 * Removes the binder. CDI starts no import while the binder uses its claim. Without the binder, an import that has no
 * login yet waits for its login.
 */
export async function releaseVolumes(scope: Scope, vm: FrozenVm): Promise<void> {
  const ref = { name: binderName(vm.baseName), namespace: vm.namespace };
  try {
    await removeBinder(scope, vm, ref);
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    throw failure('CopierLost', `Pod ${ref.namespace}/${ref.name} did not go within ${BINDER_SECONDS} s`);
  }
}

/**
 * Waits until the watch reports that the binder is gone. `untilGone` would add a live read, which helps nobody: CDI
 * also learns from a watch that the binder is gone. The watch begins before the removal, so it can't miss the binder's
 * end.
 */
async function removeBinder(
  scope: Scope,
  vm: FrozenVm,
  ref: { name: string; namespace: string },
): Promise<void> {
  const { informers, cluster } = scope;
  let isAsked = false;
  await informers.using(cluster, { kind: PODS, namespace: ref.namespace }, (pods) =>
    waitFor(
      pods,
      ({ metadata }) => metadata?.name === ref.name,
      async (heard) => {
        if (isAsked) return heard.length === 0 ? true : undefined;
        isAsked = true;
        // The watch may be behind. The uid makes sure that Drover removes only the Pod which it has just found to be
        // its own.
        const pod = heard[0] ?? (await cluster.api.find(PODS, ref));
        if (pod === null) return true;
        if (!isOurs(pod, vmRef(vm))) throw nameTaken(PODS, ref.name, ref.namespace);
        const wasThere = await cluster.api.delete(PODS, ref, 'Background', pod.metadata?.uid);
        return wasThere || heard.length > 0 ? undefined : true;
      },
      within(scope, BINDER_SECONDS),
    ),
  );
}
