/** The binder: a Pod that does nothing and mounts a VM's volumes, from when they are made until copies may begin. */
import type { FrozenVm } from '../../../plan/frozen';
import { binderName } from '../../../plan/names';
import { vmRef } from '../../../plan/vm-ref';
import { failure } from '../../failure';
import { podRefusal } from '../admission/pod-trials';
import { isGoing, stillGoing } from '../api/going';
import type { ApiClient } from '../api/api-client';
import { isMissing } from '../api/errors';
import { PODS } from '../api/kinds';
import { ensure, isOurs, nameTaken, patchOurs } from '../api/ownership';
import { binderPod, OPEN_CLAIMS_GATE } from '../objects/binder-pod';
import { hasEnded } from '../pods/pod-end';
import { type Scope, within } from '../waiting/scope';
import { DeadlineError, waitFor } from '../waiting/wait';

/** How long an idle Pod with a grace period of a second may take to go. */
const BINDER_SECONDS = 120;

export async function ensureBinder(api: ApiClient, vm: FrozenVm, image: string): Promise<void> {
  const { object: pod } = await ensure(api, PODS, binderPod(vm, image), vmRef(vm)).catch((error: unknown) => {
    throw podRefusal('binder', error);
  });
  const isOver = hasEnded(pod);
  if (isOver) await api.delete(PODS, { name: binderName(vm.baseName), namespace: vm.namespace });
  if (isOver || isGoing(pod)) throw stillGoing(`Pod ${pod.metadata?.name}`);
}

/** A binder that is gone will be missed at the deadline, which says so. */
export async function openBinder({ cluster: { api } }: Scope, vm: FrozenVm): Promise<void> {
  const ref = { name: binderName(vm.baseName), namespace: vm.namespace };
  try {
    await patchOurs(api, PODS, ref, { vm: vmRef(vm), operations: [OPEN_CLAIMS_GATE] });
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/**
 * Takes the binder away. Until now CDI held imports back because the binder used their claims; from now on each
 * waits for its login, if it has none yet.
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
 * Waits only until the binder is no longer heard of, without the live read of `untilGone`: CDI, for whom it goes, hears
 * of it in the same way. The watch is there before the removal is asked for, so that its end can't be missed.
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
        // The watch may be behind. Whatever it knows, only the very Pod that it knows for ours is removed.
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
