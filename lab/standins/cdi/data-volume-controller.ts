/** Makes a claim for each DataVolume, and writes the progress of the import into the DataVolume's status. */
import { isDeepStrictEqual } from 'node:util';
import type { V1PersistentVolumeClaim } from '@kubernetes/client-node';
import type { V1beta1DataVolumeSource } from '@kubevirt-ui-ext/kubevirt-api/containerized-data-importer';
import { ApiError } from '../cluster';
import { eventRecorder, type Recorder } from '../events';
import { CLAIMS, DATA_VOLUMES, type DataVolume } from '../resources';
import { key, splitKey } from '../watched';
import { type Outcome, WorkQueue } from '../work-queue';
import type { Controller, World } from '../world';
import * as notes from './annotations';
import { isControlledBy, newClaim } from './claim';
import { ClaimNotValid, claimSpec } from './claim-spec';
import type { ImportCounter } from './import-counter';
import { ImportProgress, PROGRESS_MS } from './import-progress';
import { importerPodName } from './importer-pod';
import { PassingPhases } from './passing-phases';
import { type Status, statusOf, statusWithoutClaim } from './status';

export interface DataVolumeParts {
  world: World;
  counter: ImportCounter;
  /** The folder of the node that runs the importers. */
  nodeDir: string;
}

interface Context {
  world: World;
  progress: ImportProgress;
  passing: PassingPhases;
  record: Recorder;
}

export function startDataVolumeController({ world, counter, nodeDir }: DataVolumeParts): Controller {
  const context: Context = {
    world,
    progress: new ImportProgress(nodeDir, counter),
    passing: new PassingPhases(),
    record: eventRecorder(world.cluster, 'datavolume-import-controller'),
  };
  const queue = new WorkQueue({
    name: 'cdi datavolume',
    log: world.log,
    work: (volumeKey) => reconcile(context, volumeKey),
  });
  const add = ({ metadata }: DataVolume | V1PersistentVolumeClaim) =>
    queue.add(key(metadata?.name ?? '', metadata?.namespace));
  world.dataVolumes.onChange(add);
  world.claims.onChange(add);
  return { stop: () => queue.stop() };
}

async function reconcile(context: Context, volumeKey: string): Promise<Outcome> {
  const { name, namespace } = splitKey(volumeKey);
  const volume = context.world.dataVolumes.get(name, namespace);
  if (!volume || volume.metadata?.deletionTimestamp) return 'done';
  const claim = context.world.claims.get(name, namespace);
  // Also of a claim that was handed over after its import: until the DataVolume is gone, CDI complains.
  if (claim !== undefined && !isControlledBy(claim, volume)) {
    await context.record(volume, {
      reason: 'ErrResourceExists',
      message: `Resource "${name}" already exists and is not managed by DataVolume`,
    });
    return 'backOff';
  }
  if (volume.status?.phase === 'Succeeded') return 'done';
  if (claim === undefined) return makeClaim(context, volume);
  return followClaim(context, volume, claim);
}

async function makeClaim(context: Context, volume: DataVolume): Promise<Outcome> {
  const { cluster, claims } = context.world;
  if (volume.metadata?.annotations?.[notes.USE_POPULATOR] !== 'false') {
    const message = `the lab knows only imports with the annotation ${notes.USE_POPULATOR}: "false"`;
    return refuse(context, volume, { reason: 'PopulatorNotSupported', message, outcome: 'done' });
  }
  if (!isSupported(volume.spec.source ?? {})) {
    const message =
      'the lab imports from spec.source.vddk, spec.source.http and spec.source.registry.url only';
    return refuse(context, volume, { reason: 'SourceNotSupported', message, outcome: 'done' });
  }
  // What we know of DataVolumes may be older than what we know of claims: one that has gone gets no second claim.
  const { name = '', namespace, uid } = volume.metadata ?? {};
  const live = await cluster.find(DATA_VOLUMES, { name, namespace });
  if (live?.metadata?.uid !== uid || live?.metadata?.deletionTimestamp) return 'done';
  try {
    const claim = await cluster.create(CLAIMS, newClaim(volume, claimSpec(volume, context.world)));
    claims.learn(claim);
    return await followClaim(context, volume, claim);
  } catch (error) {
    if (error instanceof ClaimNotValid) {
      return refuse(context, volume, {
        reason: 'ErrClaimNotValid',
        message: error.message,
        outcome: 'backOff',
      });
    }
    if (error instanceof ApiError && error.message.includes('exceeded quota')) {
      return refuse(context, volume, {
        reason: 'ErrExceededQuota',
        message: error.message,
        outcome: 'backOff',
      });
    }
    throw error;
  }
}

/** Of a registry whose own login, authority and node nobody names. */
function isSupported({ vddk, http, registry }: V1beta1DataVolumeSource): boolean {
  if (registry === undefined) return vddk !== undefined || http !== undefined;
  return (
    Object.keys(registry).every((field) => field === 'url') && registry.url?.startsWith('docker://') === true
  );
}

interface Refusal {
  reason: string;
  message: string;
  outcome: Outcome;
}

async function refuse(context: Context, volume: DataVolume, refusal: Refusal): Promise<Outcome> {
  const { reason, message, outcome } = refusal;
  await context.record(volume, { reason, message });
  await writeStatus(context, volume, statusWithoutClaim(volume.status ?? {}, reason, message));
  return outcome;
}

async function followClaim(
  context: Context,
  volume: DataVolume,
  claim: V1PersistentVolumeClaim,
): Promise<Outcome> {
  const { classes } = context.world;
  const binding = classes.get(claim.spec?.storageClassName ?? '')?.volumeBindingMode;
  const immediate = notes.BIND_IMMEDIATELY in (claim.metadata?.annotations ?? {});
  const waits = binding === 'WaitForFirstConsumer' && !immediate;
  const status = statusOf(claim, volume.status ?? {}, waits);
  const pause = context.passing.wait(volume.metadata?.uid ?? '', status.phase ?? '', volume.status?.phase);
  if (pause > 0) return pause;
  const running = status.phase === 'ImportInProgress';
  if (running) status.progress = readProgress(context, claim) ?? status.progress;
  await writeStatus(context, volume, status);
  return running ? PROGRESS_MS : 'done';
}

function readProgress({ world, progress }: Context, claim: V1PersistentVolumeClaim): string | null {
  const { name = '', namespace } = claim.metadata ?? {};
  const pod = world.pods.get(importerPodName(claim), namespace);
  return pod ? progress.news(pod, key(name, namespace)) : null;
}

async function writeStatus(context: Context, volume: DataVolume, status: Status): Promise<void> {
  const before = volume.status ?? {};
  const changed = Object.entries(status).some(
    ([field, value]) => !isDeepStrictEqual(before[field as keyof Status], value),
  );
  if (!changed) return;
  const { name = '', namespace, resourceVersion } = volume.metadata ?? {};
  const change = { metadata: { resourceVersion }, status };
  const { cluster, dataVolumes } = context.world;
  dataVolumes.learn(await cluster.patch(DATA_VOLUMES, { name, namespace }, change, '/status'));
}
