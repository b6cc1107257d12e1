/** Copies by CDI. Drover reads their state from the DataVolume alone. */
import type { CopyReport, DiskRequest, ImportPatience } from '../../interfaces';
import type { FailureKind } from '../../../plan/failures';
import type { FrozenDisk } from '../../../plan/frozen';
import { sharedText } from '../../../plan/shared-text';
import type { VmRef } from '../../../plan/vm-ref';
import { failure } from '../../failure';
import type { ApiClient } from '../api/api-client';
import { isMissing, isQuota } from '../api/errors';
import { untilGone } from '../waiting/gone';
import { DATA_VOLUMES, type DataVolume, VOLUME_CLAIMS } from '../api/kinds';
import { deleteSeen, isOurs, patchOurs, pointer } from '../api/ownership';
import { attachersOf } from '../objects/attached-volumes';
import { type JobInProgress, overdue } from '../pods/job-pods';
import { deadlineIn, type Scope } from '../waiting/scope';
import { ImportDelays } from './import-delays';
import { type ImportState, importState } from './import-state';
import { isDeviceDenied } from './importer-words';
import { renewLogin, removeLogins } from './source-access';
import type { ReadImportLogin } from './source-login';
import { DeadlineError, waitFor } from '../waiting/wait';

/** The cluster may need so long to remove an importer, its claim and its volume. */
const REMOVAL_SECONDS = 120;
/** When an import's turn came. Any change of a claim makes CDI look at it; this note is such a change. */
const RELEASED = 'drover.dev/released';
/** If CDI does not take up an import within this time after its turn came, Drover changes the claim again. */
const TAKEN_UP_MS = 5_000;

/** `copying` as an end means that the importer restarted too often. */
type ImportEnd =
  | ImportState
  | { kind: 'late' }
  | { kind: 'lost'; what: string }
  | { kind: 'notStarted'; failure: FailureKind; why: string };

type AwaitedImport = DiskRequest & ImportPatience;

/**
 * Runs an import whose turn has come. If the import fails, Drover removes its volume: CDI would try for ever, and a
 * half-filled volume is of no use.
 * @throws ImportRestarts, DeviceNotWritable, CopyRefused, CopyNotStarted, QuotaExceeded, CopyDeadline, VolumeLost, and what
 * `readLogin` throws
 */
export async function runImport(
  scope: Scope,
  request: AwaitedImport,
  readLogin: ReadImportLogin,
): Promise<CopyReport> {
  const end = await endOfImport(scope, request, readLogin);
  await removeLogins(scope.cluster.api, request);
  if (end.kind === 'succeeded') return { bytes: null, restarts: end.restarts, message: null };
  await removeImport(scope, request);
  const { volumeName } = request.disk;
  switch (end.kind) {
    case 'failed':
      throw failure('CopyRefused', `CDI gave up the import of ${volumeName}: ${end.message}`);
    case 'notStarted':
      throw failure(end.failure, end.why);
    case 'lost':
      throw failure('VolumeLost', `${end.what} is gone`);
    case 'late':
      throw failure(
        'CopyDeadline',
        `the import of ${volumeName} did not end within ${request.deadlineSeconds} s`,
      );
    case 'copying':
      throw restartedTooOften(end, request.disk);
  }
}

function restartedTooOften(
  { restarts, note }: ImportState & { kind: 'copying' },
  { volumeMode }: FrozenDisk,
): Error {
  const why = note ?? 'no reason given';
  // A volume with a file system has no device that its importer opens.
  const kind = volumeMode === 'Block' && isDeviceDenied(why) ? 'DeviceNotWritable' : 'ImportRestarts';
  return failure(kind, `the importer restarted ${restarts} times: ${why}`);
}

/** Where an attempt that died has brought the import to its end, nobody needs a login for it. */
async function endOfImport(
  scope: Scope,
  request: AwaitedImport,
  readLogin: ReadImportLogin,
): Promise<ImportEnd> {
  const { api } = scope.cluster;
  const ref = { name: request.disk.volumeName, namespace: request.vm.namespace };
  const volume = await api.find(DATA_VOLUMES, ref);
  if (volume === null) return { kind: 'lost', what: `DataVolume ${ref.namespace}/${ref.name}` };
  const state = importState(volume);
  if (state.kind !== 'copying') return state;
  // The importer can't start without it.
  await renewLogin(api, request, await readLogin(volume));
  return (await nudgeCdi(api, request)) ?? untilImported(scope, request);
}

/**
 * Makes CDI look at a claim. By itself CDI looks again up to 16 minutes late: controllers wait longer each time, at most
 * 1000 seconds (client-go 0.34, util/workqueue/default_rate_limiters.go: DefaultTypedControllerRateLimiter).
 */
async function nudgeCdi(api: ApiClient, { vm, disk }: DiskRequest): Promise<ImportEnd | null> {
  const ref = { name: disk.volumeName, namespace: vm.namespace };
  const path = `/metadata/annotations/${pointer(RELEASED)}`;
  const operations = [{ op: 'add' as const, path, value: new Date().toISOString() }];
  try {
    await patchOurs(api, VOLUME_CLAIMS, ref, { vm, operations });
    return null;
  } catch (error) {
    if (!isMissing(error)) throw error;
    return { kind: 'lost', what: `volume ${ref.namespace}/${ref.name}` };
  }
}

/**
 * Waits for the end of an import. Changes the claim again and again until CDI takes up the import: CDI may see the
 * claim's change before it sees that the binder is gone. CDI then believes that the claim is still used, and postpones
 * the import.
 */
async function untilImported(scope: Scope, request: AwaitedImport): Promise<ImportEnd> {
  const { vm, disk, maxRestarts, deadlineSeconds, startDeadlineSeconds } = request;
  const ref = { name: disk.volumeName, namespace: vm.namespace };
  const delays = new ImportDelays(scope.cluster.api, { vm, disk }, scope.since);
  let nudgedAt = Date.now();
  // When CDI counts a restart, the new importer runs already, and the DataVolume no longer says why the last one ended.
  let lastWords: string | null = null;
  const judge = async ([heard]: DataVolume[]): Promise<ImportEnd | undefined> => {
    // The watch may be behind, and still know the DataVolume of an earlier filling: only a live one ends the wait.
    const goesOn = heard !== undefined && isCopying(importState(heard), maxRestarts);
    const volume = goesOn ? heard : await scope.cluster.api.find(DATA_VOLUMES, ref);
    if (volume === null) return { kind: 'lost', what: `DataVolume ${ref.namespace}/${ref.name}` };
    const state = importState(volume);
    if (state.kind !== 'copying') return state;
    const start = await delays.of(volume);
    report(scope, { ...state, note: start?.delay?.clause ?? state.note }, disk.capacityBytes);
    if (hasSpoken(volume, start)) lastWords = state.note ?? lastWords;
    if (!isCopying(state, maxRestarts)) return { ...state, note: state.note ?? lastWords };
    const end = start === null ? null : endOfStart(start, startDeadlineSeconds);
    if (end !== null) return end;
    if (state.isTakenUp || Date.now() < nudgedAt + TAKEN_UP_MS) return undefined;
    nudgedAt = Date.now();
    return (await nudgeCdi(scope.cluster.api, request)) ?? undefined;
  };
  try {
    const { namespace } = vm;
    return await scope.informers.using(scope.cluster, { kind: DATA_VOLUMES, namespace }, (informer) =>
      waitFor(informer, ({ metadata }) => metadata?.name === ref.name, judge, {
        ...deadlineIn(scope, deadlineSeconds),
        againMs: TAKEN_UP_MS,
      }),
    );
  } catch (error) {
    if (error instanceof DeadlineError) return { kind: 'late' };
    throw error;
  }
}

/** Whether CDI's note is of an importer that ran: until it does, the note is what keeps it from starting. */
function hasSpoken({ status }: DataVolume, start: JobInProgress | null): boolean {
  if (status?.phase === 'ImportInProgress') return true;
  // CDI also calls an import scheduled whose Pod has failed.
  return status?.phase === 'ImportScheduled' && start !== null && start.delay === null;
}

function isCopying(state: ImportState, maxRestarts: number): boolean {
  return state.kind === 'copying' && state.restarts <= maxRestarts;
}

function endOfStart(start: JobInProgress, startDeadlineSeconds: number | undefined): ImportEnd | null {
  const { delay } = start;
  if (delay?.kind === 'final') {
    return { kind: 'notStarted', failure: 'CopyRefused', why: `the importer can't start: ${delay.clause}` };
  }
  const late = overdue(start, startDeadlineSeconds);
  if (late === null) return null;
  const isOfQuota = isQuota(late) || late.includes('ErrExceededQuota');
  const why = `the importer did not start ${late}`;
  return { kind: 'notStarted', failure: isOfQuota ? 'QuotaExceeded' : 'CopyNotStarted', why };
}

function report(scope: Scope, state: ImportState & { kind: 'copying' }, capacityBytes: number): void {
  scope.progress.report({
    bytesDone: state.fraction === null ? null : Math.round(state.fraction * capacityBytes),
    bytesTotal: capacityBytes,
    note: state.note,
  });
}

/**
 * Ends an import that has not succeeded: removes its DataVolume and its claim. CDI knows no other way, and a
 * half-filled volume is of no use. A finished import stays.
 */
export async function stopImport(scope: Scope, request: DiskRequest): Promise<void> {
  const ref = { name: request.disk.volumeName, namespace: request.vm.namespace };
  const volume = await scope.cluster.api.find(DATA_VOLUMES, ref);
  if (volume === null || importState(volume).kind === 'succeeded') return;
  await removeImport(scope, request);
}

/**
 * Removes an imported disk's DataVolume and claim. When the claim is gone, the importer has ended: Kubernetes keeps a
 * claim while a Pod uses it (finalizer `kubernetes.io/pvc-protection`).
 * @throws TargetShared for a claim that targets of other migrations attach; CopierLost
 */
export async function removeImport(
  scope: Scope,
  { vm, disk }: { vm: VmRef; disk: Pick<FrozenDisk, 'volumeName'> },
): Promise<void> {
  const { api } = scope.cluster;
  const ref = { name: disk.volumeName, namespace: vm.namespace };
  const volume = await api.find(DATA_VOLUMES, ref);
  if (volume !== null && isOurs(volume, vm)) await deleteSeen(api, DATA_VOLUMES, volume);
  const claim = await api.find(VOLUME_CLAIMS, ref);
  if (claim === null || !isOurs(claim, vm)) return;
  const attachers = attachersOf(claim);
  if (attachers.length > 0) throw failure('TargetShared', sharedText(vm, attachers));
  if (!(await deleteSeen(api, VOLUME_CLAIMS, claim))) return;
  try {
    await untilGone(scope, VOLUME_CLAIMS, ref, { seconds: REMOVAL_SECONDS });
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    throw failure(
      'CopierLost',
      `volume ${ref.namespace}/${ref.name} is still in use after ${REMOVAL_SECONDS} s`,
    );
  }
}
