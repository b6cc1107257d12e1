/** Waiting until all volumes of a VM are bound, and saying why they are not. */
import type { FrozenVm } from '../../../plan/frozen';
import { vmRef } from '../../../plan/vm-ref';
import { scratchName } from '../../../plan/names';
import { failure } from '../../failure';
import { BindDelays } from './bind-delays';
import { openBinder } from './binder';
import { VOLUME_CLAIMS, type VolumeClaim } from '../api/kinds';
import { isOurs, ownedBy } from '../api/ownership';
import { deadlineIn, type Scope } from '../waiting/scope';
import { DeadlineError, waitFor } from '../waiting/wait';

/** How often Drover judges again while the watch reports no change. */
const LOOK_AGAIN_MS = 4_000;

/** @throws ClaimRefused, VolumeNotBound with the reason that the cluster gives; VolumeLost; WaitFailed where the binder is gone */
export async function awaitVolumesBound(scope: Scope, vm: FrozenVm): Promise<void> {
  const seconds = vm.policy.bindDeadlineSeconds;
  const owner = vmRef(vm);
  const { informers, cluster, progress } = scope;
  const delays = new BindDelays(cluster.api, vm);
  const where = { namespace: vm.namespace, labelSelector: ownedBy(owner) };
  const live = async () => (await cluster.api.list(VOLUME_CLAIMS, where)).items;
  let isOpen = false;
  let known: VolumeClaim[] = [];
  let unbound = namesOf(vm, []);
  try {
    await informers.using(cluster, { kind: VOLUME_CLAIMS, namespace: vm.namespace }, (claims) =>
      waitFor(
        claims,
        (claim) => isOurs(claim, owner),
        async (heard) => {
          // What was heard may be of claims that are gone since: only a live look ends the wait.
          const found = isOver(vm, heard) ? await live() : heard;
          known = found;
          unbound = unboundOf(vm, found);
          if (unbound.length === 0) return true;
          if (!isOpen && allExist(vm, found)) {
            await openBinder(scope, vm);
            isOpen = true;
          }
          const delay = await delays.of(found);
          if (delay?.isRefused === true) throw failure('ClaimRefused', delay.clause);
          // The next attempt makes another one: without it no volume would ever be bound.
          if (delay?.lacksBinder === true) throw failure('WaitFailed', delay.clause);
          const names = namesOf(vm, found);
          const bound = `${names.length - unbound.length} of ${names.length} volumes are bound`;
          progress.report({ note: delay === null ? bound : `${bound}; ${delay.clause}` });
          return undefined;
        },
        { ...deadlineIn(scope, seconds), againMs: LOOK_AGAIN_MS },
      ),
    );
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    const { clause } = await delays.now(known);
    throw failure('VolumeNotBound', `${unbound.join(', ')} not bound within ${seconds} s: ${clause}`);
  }
}

function allExist(vm: FrozenVm, claims: VolumeClaim[]): boolean {
  const names = new Set(claims.map(({ metadata }) => metadata?.name));
  return vm.disks.every(({ volumeName }) => names.has(volumeName));
}

/** Whether nothing is left to wait for: all are bound, or one never will be. */
function isOver(vm: FrozenVm, claims: VolumeClaim[]): boolean {
  return claims.some(({ status }) => status?.phase === 'Lost') || unboundOf(vm, claims).length === 0;
}

function unboundOf(vm: FrozenVm, claims: VolumeClaim[]): string[] {
  const phases = new Map(claims.map(({ metadata, status }) => [metadata?.name, status?.phase]));
  return namesOf(vm, claims).filter((name) => {
    if (phases.get(name) === 'Lost') throw failure('VolumeLost', `volume ${name} has lost its storage`);
    return phases.get(name) !== 'Bound';
  });
}

/** Names of the disks' volumes, which must exist, and of the scratch volume, if it exists. */
function namesOf(vm: FrozenVm, claims: VolumeClaim[]): string[] {
  const scratch = scratchName(vm.baseName);
  const isReserved = claims.some(({ metadata }) => metadata?.name === scratch);
  return [...vm.disks.map(({ volumeName }) => volumeName), ...(isReserved ? [scratch] : [])];
}
