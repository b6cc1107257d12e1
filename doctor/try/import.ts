/** Whether CDI imports an image: its webhooks, its importer, a volume of the cluster's, and the way to the image. */
import { ApiError, refusesRight } from '../../activities/kubernetes/api/errors';
import { DATA_VOLUMES, type DataVolume } from '../../activities/kubernetes/api/kinds';
import { importState } from '../../activities/kubernetes/copies/import-state';
import { DeadlineError, waitFor } from '../../activities/kubernetes/waiting/wait';
import type { Outcome, TriedImport } from '../facts';
import type { ImportSource } from '../import-source';
import { type Scratch, TRIED } from './scratch';
import type { WantedVolume } from './volumes';

/** For the importer's image to be pulled, a volume to be made, and a small image to be downloaded. */
const SECONDS = 300;
/** CDI starts an importer anew for ever. What has failed oftener is no passing fault. */
const MOST_RESTARTS = 2;
const NAME = 'import';
/** Of the volume; the image may be smaller. */
const BYTES = 2 ** 30;

export async function tryImport(
  scratch: Scratch,
  from: ImportSource,
  volume: WantedVolume,
): Promise<TriedImport> {
  const { cluster, signal } = scratch;
  signal.throwIfAborted();
  const { storageClass, volumeMode } = volume;
  const refused = await cluster.api
    .create(DATA_VOLUMES, dataVolume(scratch, from, volume))
    .then(() => null, refusal);
  const outcome = refused ?? (await untilImported(scratch));
  return { host: from.host, storageClass, volumeMode, outcome };
}

/**
 * Of CDI's webhooks, also where nobody answers for them.
 * @throws the error, where it is of the login or of the way to the cluster
 */
export function refusal(error: unknown): Outcome {
  if (!(error instanceof ApiError) || refusesRight(error)) throw error;
  return { ok: false, said: error.words };
}

function dataVolume(
  { namespace, labels }: Scratch,
  { source }: ImportSource,
  volume: WantedVolume,
): DataVolume {
  return {
    apiVersion: DATA_VOLUMES.apiVersion,
    kind: DATA_VOLUMES.kind,
    metadata: {
      name: NAME,
      namespace,
      labels,
      annotations: {
        // As a migration's imports.
        'cdi.kubevirt.io/storage.usePopulator': 'false',
        'cdi.kubevirt.io/storage.deleteAfterCompletion': 'false',
        // No binder comes first.
        'cdi.kubevirt.io/storage.bind.immediate.requested': 'true',
      },
    },
    spec: {
      source,
      pvc: {
        accessModes: [volume.accessMode],
        volumeMode: volume.volumeMode,
        storageClassName: volume.storageClass,
        resources: { requests: { storage: String(BYTES) } },
      },
    },
  };
}

/**
 * @param why what CDI said last of why the import does not run: when it counts a restart, it says no more
 * @returns null while it may still come to an end
 */
export function importOutcome(volume: DataVolume, why: string | null): Outcome | null {
  const state = importState(volume);
  switch (state.kind) {
    case 'succeeded':
      return { ok: true, said: '' };
    case 'failed':
      return { ok: false, said: state.message };
    case 'copying':
      if (state.restarts <= MOST_RESTARTS) return null;
      return {
        ok: false,
        said: `the importer restarted ${state.restarts} times: ${why ?? 'no reason given'}`,
      };
  }
}

function noteOf(volume: DataVolume): string | null {
  const state = importState(volume);
  return state.kind === 'copying' ? state.note : null;
}

async function untilImported({ cluster, informers, namespace, signal }: Scratch): Promise<Outcome> {
  let why: string | null = null;
  const judge = ([volume]: DataVolume[]): Outcome | undefined => {
    if (volume === undefined) return undefined;
    why = noteOf(volume) ?? why;
    return importOutcome(volume, why) ?? undefined;
  };
  const where = { kind: DATA_VOLUMES, namespace, labelSelector: TRIED };
  const options = { deadline: Date.now() + SECONDS * 1_000, signal };
  try {
    return await informers.using(cluster, where, (volumes) =>
      waitFor(volumes, ({ metadata }) => metadata?.name === NAME, judge, options),
    );
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    return {
      ok: false,
      said: `it did not come to an end in ${SECONDS} seconds: ${why ?? 'no reason is known'}`,
    };
  }
}
