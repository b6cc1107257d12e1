/** Waiting until all volumes of a VM are bound, and saying why they are not. */
import type { FrozenVm } from '../../plan/frozen';
import { vmRef } from '../../plan/vm-ref';
import { binderName, scratchName } from '../../plan/names';
import { failure } from '../failure';
import { withField } from './api-address';
import { isMissing, shorten } from './errors';
import { DATA_VOLUMES, EVENTS, PODS, VOLUME_CLAIMS, type VolumeClaim } from './kinds';
import { OPEN_CLAIMS_GATE } from './objects/binder-pod';
import { isOurs, ownedBy, patchOurs } from './ownership';
import { whyWaiting } from './pod-reasons';
import { deadlineIn, type Scope } from './scope';
import { DeadlineError, waitFor } from './wait';

/** @throws VolumeNotBound with the reason that the cluster gives; VolumeLost */
export async function awaitVolumesBound(scope: Scope, vm: FrozenVm): Promise<void> {
  const seconds = vm.policy.bindDeadlineSeconds;
  const owner = vmRef(vm);
  const { informers, cluster, progress } = scope;
  let isOpen = false;
  let unbound = namesOf(vm, []);
  try {
    await informers.using(cluster, { kind: VOLUME_CLAIMS, namespace: vm.namespace }, (claims) =>
      waitFor(
        claims,
        (claim) => isOurs(claim, owner),
        async (found) => {
          unbound = unboundOf(vm, found);
          if (unbound.length === 0) return true;
          if (!isOpen && allExist(vm, found)) {
            await openBinder(scope, vm);
            isOpen = true;
          }
          const names = namesOf(vm, found);
          progress.report({ note: `${names.length - unbound.length} of ${names.length} volumes are bound` });
          return undefined;
        },
        deadlineIn(scope, seconds),
      ),
    );
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    const why = await whyUnbound(scope, vm);
    throw failure('VolumeNotBound', `${unbound.join(', ')} not bound within ${seconds} s: ${why}`);
  }
}

function allExist(vm: FrozenVm, claims: VolumeClaim[]): boolean {
  const names = new Set(claims.map(({ metadata }) => metadata?.name));
  return vm.disks.every(({ volumeName }) => names.has(volumeName));
}

/** A binder that is gone will be missed at the deadline, which says so. */
async function openBinder({ cluster: { api } }: Scope, vm: FrozenVm): Promise<void> {
  const ref = { name: binderName(vm.baseName), namespace: vm.namespace };
  try {
    await patchOurs(api, PODS, ref, { vm: vmRef(vm), operations: [OPEN_CLAIMS_GATE] });
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

function unboundOf(vm: FrozenVm, claims: VolumeClaim[]): string[] {
  const phases = new Map(claims.map(({ metadata, status }) => [metadata?.name, status?.phase]));
  return namesOf(vm, claims).filter((name) => {
    if (phases.get(name) === 'Lost') throw failure('VolumeLost', `volume ${name} has lost its storage`);
    return phases.get(name) !== 'Bound';
  });
}

/** The disks' volumes, which there must be, and the scratch volume, if there is one. */
function namesOf(vm: FrozenVm, claims: VolumeClaim[]): string[] {
  const scratch = scratchName(vm.baseName);
  const isReserved = claims.some(({ metadata }) => metadata?.name === scratch);
  return [...vm.disks.map(({ volumeName }) => volumeName), ...(isReserved ? [scratch] : [])];
}

/** Asked once, at the end: of the binder first, for that is where the scheduler and the CSI driver complain. */
async function whyUnbound({ cluster: { api } }: Scope, vm: FrozenVm): Promise<string> {
  const { namespace } = vm;
  const name = binderName(vm.baseName);
  const pod = await api.find(PODS, { name, namespace });
  const events = await api.list(EVENTS, { namespace, fieldSelector: withField('involvedObject.name', name) });
  const ofPod = pod === null ? `Pod ${name} is gone` : whyWaiting(pod, events.items);
  return ofPod ?? (await whyNoClaim(api, vm)) ?? 'the cluster gives no reason';
}

async function whyNoClaim(api: Scope['cluster']['api'], vm: FrozenVm): Promise<string | null> {
  if (!vm.disks.some(({ method }) => method.kind === 'import')) return null;
  const { items } = await api.list(DATA_VOLUMES, {
    namespace: vm.namespace,
    labelSelector: ownedBy(vmRef(vm)),
  });
  for (const { metadata, status } of items) {
    const bound = status?.conditions?.find(({ type }) => type === 'Bound');
    if (bound?.status !== 'True' && bound?.message) return `${metadata?.name}: ${shorten(bound.message)}`;
  }
  return null;
}
