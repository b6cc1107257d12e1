/**
 * Fills claims that carry an import's annotations: makes the importer Pod, writes the Pod's state on the claim, and
 * removes the Pod after it has succeeded.
 * Source (kubevirt/containerized-data-importer): pkg/controller/import-controller.go, reconcilePvc and what it calls.
 */
import type { V1PersistentVolumeClaim, V1Pod, V1ResourceRequirements } from '@kubernetes/client-node';
import type { Settings } from '../array/settings';
import { ApiError, unlessExists } from '../cluster';
import { eventRecorder, type Recorder } from '../events';
import { CLAIMS, PODS } from '../resources';
import { key, splitKey } from '../watched';
import { type Outcome, WorkQueue } from '../work-queue';
import type { Controller, World } from '../world';
import * as notes from './annotations';
import { isControlledBy } from './claim';
import { overheadOf } from './claim-spec';
import { ClaimUsers } from './claim-users';
import type { ImportCounter } from './import-counter';
import { notesFromPod } from './import-notes';
import { importerPod, importerPodName } from './importer-pod';
import { isInsecure } from './insecure-registries';
import { needsScratch, scratchClaim, scratchClass, scratchName } from './scratch-claim';
import { awaitingVddk, vddkImage } from './vddk-image';

export interface ImportParts {
  world: World;
  settings: Settings;
  counter: ImportCounter;
  arrayUrl: string;
}

interface Importer extends ImportParts {
  record: Recorder;
  users: ClaimUsers;
}

export function startImportController(parts: ImportParts): Controller {
  const { world } = parts;
  const importer = {
    ...parts,
    record: eventRecorder(world.cluster, 'import-controller'),
    users: new ClaimUsers(world.pods),
  };
  const queue = new WorkQueue({
    name: 'cdi import',
    log: world.log,
    work: (claimKey) => reconcile(importer, claimKey),
  });
  world.claims.onChange(({ metadata }) => queue.add(key(metadata?.name ?? '', metadata?.namespace)));
  // Only importer Pods: when another Pod stops using a claim, the queue's next look at the claim finds it out.
  world.pods.onChange(({ metadata }) => {
    const owner = metadata?.ownerReferences?.find((ref) => ref.controller && ref.kind === CLAIMS.kind);
    if (owner) queue.add(key(owner.name, metadata?.namespace));
  });
  return { stop: () => queue.stop() };
}

async function reconcile(importer: Importer, claimKey: string): Promise<Outcome> {
  const { name, namespace } = splitKey(claimKey);
  const claim = importer.world.claims.get(name, namespace);
  const annotations = claim?.metadata?.annotations ?? {};
  if (!claim || !annotations[notes.SOURCE]) return 'done';
  const pod = importerOf(importer.world, claim);
  if (claim.metadata?.deletionTimestamp) return pod ? removePod(importer, pod) : 'done';
  if (annotations[notes.POD_PHASE] === 'Succeeded') {
    return pod && annotations[notes.RETAIN_POD] !== 'true' ? removePod(importer, pod) : 'done';
  }
  const mayStart = claim.status?.phase === 'Bound' || notes.BIND_IMMEDIATELY in annotations;
  if (!mayStart) return 'done';
  return pod ? follow(importer, claim, pod) : begin(importer, claim);
}

/** @throws Error where a Pod of this name has another owner. */
function importerOf(world: World, claim: V1PersistentVolumeClaim): V1Pod | null {
  const pod = world.pods.get(importerPodName(claim), claim.metadata?.namespace);
  if (pod === undefined) return null;
  if (!isControlledBy(pod, claim)) throw new Error('Pod is not owned by PVC');
  return pod;
}

async function begin(importer: Importer, claim: V1PersistentVolumeClaim): Promise<Outcome> {
  const users = importer.users.of(claim);
  if (users.length > 0) {
    for (const user of users) await recordInUse(importer, claim, user);
    return 'backOff';
  }
  // CDI first writes the Pod's name on the claim. This change of the claim starts the next look, which makes the Pod.
  if (!claim.metadata?.annotations?.[notes.IMPORT_POD]) {
    await note(importer, claim, { [notes.IMPORT_POD]: importerPodName(claim) });
    return 'done';
  }
  const isDisk = claim.metadata.annotations[notes.SOURCE] === 'vddk';
  const image = isDisk ? vddkImage(importer.world, claim) : null;
  if (image === null && isDisk) {
    if (claim.metadata.annotations[notes.BOUND] !== 'false') await note(importer, claim, awaitingVddk());
    return 'backOff';
  }
  const { copySeconds } = importer.settings;
  const resources = podResources(importer.world);
  const { volumeMode, storageClassName = '' } = claim.spec ?? {};
  const pod = importerPod(claim, {
    vddkImage: image,
    copySeconds,
    gate: gateOf(importer, claim),
    resources,
    scratch: needsScratch(claim) ? scratchName(claim) : null,
    insecureTls: isInsecure(importer.world, claim),
    overhead: volumeMode === 'Block' ? 0 : overheadOf(storageClassName, importer.world),
  });
  const { cluster, pods } = importer.world;
  const made = await unlessExists(cluster.create(PODS, pod)).catch((error: unknown) =>
    recordRefusal(importer, claim, error),
  );
  if (made) pods.learn(made);
  return 'done';
}

/** The Pod waits for it, and takes it with itself. */
async function ensureScratch({ world }: Importer, claim: V1PersistentVolumeClaim, pod: V1Pod): Promise<void> {
  if (!needsScratch(claim) || world.claims.get(scratchName(claim), claim.metadata?.namespace)) return;
  const scratch = scratchClaim(claim, { pod, storageClass: scratchClass(world, claim) });
  await unlessExists(world.cluster.create(CLAIMS, scratch));
}

/** Null where nobody holds the import. */
function gateOf({ settings, arrayUrl }: Importer, claim: V1PersistentVolumeClaim): string | null {
  const source = claim.metadata?.annotations?.[notes.BACKING_FILE] ?? '';
  return settings.isHeld(source) ? `${arrayUrl}/gate?source=${encodeURIComponent(source)}` : null;
}

function podResources({ configs }: World): V1ResourceRequirements {
  // The configuration's types and the Pod's are generated from the same API, under different names.
  return (configs.get('config')?.status?.defaultPodResourceRequirements ?? {}) as V1ResourceRequirements;
}

function recordInUse(importer: Importer, claim: V1PersistentVolumeClaim, user: V1Pod): Promise<void> {
  const pod = `${user.metadata?.namespace}/${user.metadata?.name}`;
  return importer.record(claim, {
    reason: 'ImportTargetInUse',
    message: `pod ${pod} using PersistentVolumeClaim ${claim.metadata?.name}`,
  });
}

/**
 * CDI withholds why the cluster refused the Pod: its event and its notes on the claim name only whether it was a quota
 * (pkg/controller/common/util.go, HandleFailedPod). It tries again, later each time.
 */
async function recordRefusal(
  importer: Importer,
  claim: V1PersistentVolumeClaim,
  error: unknown,
): Promise<never> {
  if (!(error instanceof ApiError)) throw error;
  const reason = error.message.includes('exceeded quota') ? 'ErrExceededQuota' : 'ErrStartingPod';
  const message = `Error starting pod '${importerPodName(claim)}': For more information, request access to cdi-deploy logs from your sysadmin`;
  await importer.record(claim, { reason, message });
  await note(importer, claim, {
    [notes.RUNNING]: 'false',
    [notes.RUNNING_REASON]: reason,
    [notes.RUNNING_MESSAGE]: message,
    [notes.POD_PHASE]: 'Failed',
  });
  throw error;
}

async function follow(importer: Importer, claim: V1PersistentVolumeClaim, pod: V1Pod): Promise<Outcome> {
  const known = claim.metadata?.annotations ?? {};
  await ensureScratch(importer, claim, pod);
  importer.counter.account(pod, key(claim.metadata?.name ?? '', claim.metadata?.namespace));
  const ended = pod.status?.containerStatuses?.[0]?.state?.terminated;
  if (ended && ended.exitCode !== 0) {
    const message = ended.message ?? '';
    await importer.record(claim, { reason: 'ErrImportFailed', message });
  }
  const unbound = known[notes.BOUND] === undefined ? {} : BOUND_AGAIN;
  const changed = { ...notesFromPod(pod, known), ...unbound };
  if (Object.keys(changed).length > 0) await note(importer, claim, changed);
  return 'done';
}

/** Once the Pod exists, CDI removes the annotations that say what it waits for. */
const BOUND_AGAIN = { [notes.BOUND]: null, [notes.BOUND_REASON]: null, [notes.BOUND_MESSAGE]: null };

async function removePod(importer: Importer, pod: V1Pod): Promise<Outcome> {
  const { name = '', namespace, uid, deletionTimestamp } = pod.metadata ?? {};
  if (!deletionTimestamp) await importer.world.cluster.delete(PODS, { name, namespace }, uid);
  return 'done';
}

/** The claim may have changed since it was read: the request names its version, and the API server then refuses it. */
async function note(
  importer: Importer,
  claim: V1PersistentVolumeClaim,
  annotations: Record<string, string | null>,
): Promise<void> {
  const { name = '', namespace, resourceVersion } = claim.metadata ?? {};
  const change = { metadata: { resourceVersion, annotations } };
  const { cluster, claims } = importer.world;
  claims.learn(await cluster.patch(CLAIMS, { name, namespace }, change));
}
