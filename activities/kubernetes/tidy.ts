/** Endings: what is removed after success, and what when a migration is given up. */
import { CancelledFailure } from '@temporalio/common';
import { cut, cutList } from '../../plan/cut';
import { LONGEST_NAME } from '../../plan/field-limits';
import type { VmRef } from '../../plan/vm-ref';
import type { ApiClient } from './api/api-client';
import { ApiError, NoAnswerError } from './api/errors';
import { remainingOf } from './waiting/gone';
import { endJobs } from './pods/job-pods';
import {
  type ApiObject,
  CONFIG_MAPS,
  DATA_VOLUMES,
  JOBS,
  type Kind,
  PODS,
  VIRTUAL_MACHINES,
  VOLUME_CLAIMS,
} from './api/kinds';
import { noteFinished, ofOtherRun } from './target/finished-notes';
import { removeMachine } from './machine/machines';
import { deleteSeen, ownedBy } from './api/ownership';
import { attachersOf } from './objects/attached-volumes';
import { isOfStep } from './objects/steps';
import type { Scope } from './waiting/scope';
import { removeScratch } from './volumes/scratch';
import { removeLogins } from './copies/source-access';

/** Of what is left, that is named: whoever may write objects there can label any number of them as ours. */
const MOST_LEFT = 100;
/** How long one kind of object may take to go before we say that it is left. */
const REMOVAL_SECONDS = 60;

/**
 * Removes what the VM does not need. Its volumes are its own by now, and nothing here can reach them; each copy's login
 * went before the copy was called done. Whatever can't be removed, the target is noted to be finished: it serves, and no
 * later run may take it for rubbish.
 */
export async function tidy(api: ApiClient, vm: VmRef, end: MigrationEnd): Promise<void> {
  const { namespace } = vm;
  const { scratchUid } = end;
  await Promise.all([
    api.deleteAll(JOBS, { namespace, labelSelector: ownedBy(vm) }),
    api.deleteAll(CONFIG_MAPS, { namespace, labelSelector: ownedBy(vm) }),
    ...(scratchUid === null ? [] : [removeScratch(api, vm, scratchUid)]),
    noteFinished(api, vm, end),
  ]);
}

/** How a migration came to its end. */
export interface MigrationEnd {
  scratchUid: string | null;
  /** Names this run of the migration. */
  runId: string;
  /** ISO 8601. */
  at: string;
}

/**
 * Removes everything that carries this VM's labels, volumes included. Each part is tried whatever became of
 * the others; a volume that something may still write to is left, and so is what another run of the migration finished.
 * @returns what is left, and why
 */
export async function removeEverything(scope: Scope, vm: VmRef, runId: string): Promise<string[]> {
  const ended = [
    await whyLeft('the target VM', () => removeMachine(scope, vm, runId)),
    await whyLeft('copies', () => endJobs(scope, { vm, step: 'copy' })),
    await whyLeft('the probe', () => endJobs(scope, { vm, step: 'probe' })),
    await whyLeft('the conversion', () => endJobs(scope, { vm, step: 'convert' })),
  ];
  const mayBeWritten = ended.some((why) => why !== null);
  const hooks = await whyLeft('hooks', () => endJobs(scope, { vm, step: 'hook' }));
  const logins = await whyLeft('logins', () => removeLogins(scope.cluster.api, { vm }));
  const left = [...ended, hooks, logins].filter((why) => why !== null);
  // Volumes stay while a Pod has them. A DataVolume goes first: while it lives, CDI makes its importer again.
  const kinds: Kind<ApiObject>[] = mayBeWritten
    ? [PODS, CONFIG_MAPS]
    : [DATA_VOLUMES, PODS, CONFIG_MAPS, VOLUME_CLAIMS, VIRTUAL_MACHINES];
  for (const kind of kinds) left.push(...(await removeAll(scope, vm, { kind, runId })));
  const kept = mayBeWritten ? ['volumes: kept, for something may still write to them'] : [];
  return [...kept, ...cutList(left, MOST_LEFT)];
}

async function removeAll(
  scope: Scope,
  vm: VmRef,
  { kind, runId }: { kind: Kind<ApiObject>; runId: string },
): Promise<string[]> {
  const { api } = scope.cluster;
  const where = { namespace: vm.namespace, labelSelector: ownedBy(vm) };
  const left: string[] = [];
  try {
    const { items } = await api.list(kind, where);
    const names = new Set<string>();
    const ours = items.filter((one) => kind !== PODS || isOfStep(one));
    for (const object of ours.filter((one) => !ofOtherRun(one, runId))) {
      const [attacher] = attachersOf(object);
      if (attacher !== undefined) {
        left.push(
          `${kind.kind} ${object.metadata?.name}: VirtualMachine ${cut(attacher, LONGEST_NAME)} uses it`,
        );
        continue;
      }
      const name = object.metadata?.name ?? '';
      const why = await whyLeft(`${kind.kind} ${name}`, () => deleteSeen(api, kind, object));
      if (why === null) names.add(name);
      else left.push(why);
    }
    if (names.size === 0) return left;
    const why = await whyLeft(`objects of kind ${kind.kind}`, async () => {
      const remaining = await remainingOf(scope, kind, { ...where, names }, { seconds: REMOVAL_SECONDS });
      left.push(...remaining.map((name) => `${kind.kind} ${name}: not gone within ${REMOVAL_SECONDS} s`));
    });
    if (why !== null) left.push(why);
  } catch (error) {
    // A cluster without CDI or KubeVirt holds none of their objects.
    if (!(error instanceof ApiError && error.status === 404)) throw error;
  }
  return left;
}

/** @returns null after success, else what is left and why; silence of the cluster is no verdict and is thrown */
async function whyLeft(what: string, remove: () => Promise<unknown>): Promise<string | null> {
  try {
    await remove();
    return null;
  } catch (error) {
    if (error instanceof NoAnswerError || error instanceof CancelledFailure) throw error;
    return `${what}: ${error instanceof Error ? error.message : 'not removed'}`;
  }
}
