/** A namespace of its own for what is tried. It is removed at the end, whatever happens. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '../../activities/kubernetes/access/clusters';
import type { ApiClient } from '../../activities/kubernetes/api/api-client';
import { ApiError } from '../../activities/kubernetes/api/errors';
import { NAMESPACES, SERVICE_ACCOUNTS } from '../../activities/kubernetes/api/kinds';
import { LABELS } from '../../activities/kubernetes/api/ownership';
import { Informers } from '../../activities/kubernetes/waiting/informers';
import { waitFor } from '../../activities/kubernetes/waiting/wait';
import type { Leftover } from '../facts';
import { look, type Reading } from '../reading';

/** On everything that is tried. Its value tells the runs apart. */
export const TRIED = 'drover.dev/doctor';

export interface Scratch {
  cluster: Cluster;
  informers: Informers;
  namespace: string;
  /** Of everything in it. */
  labels: Record<string, string>;
  signal: AbortSignal;
}

export interface Tried<T> {
  /** Not known where the namespace could not be made, or the trial was broken off. */
  result: Reading<T>;
  left: Leftover | null;
}

/** Pods end within seconds, volumes as soon as their driver lets go of them. */
const REMOVAL_SECONDS = 180;
const LOOK_MS = 1_000;
/** A request that had no clear answer may still be carried out for so long. */
const LATE_MS = 60_000;
/** For a controller, to make the account that Pods run as. */
const ACCOUNT_SECONDS = 60;

const BROKEN_OFF = { known: false, why: 'it was broken off' } as const;

/** Also when the signal breaks it off, everything is removed before this resolves. */
export async function inScratch<T>(
  cluster: Cluster,
  signal: AbortSignal,
  use: (scratch: Scratch) => Promise<T>,
): Promise<Tried<T>> {
  if (signal.aborted) return { result: BROKEN_OFF, left: null };
  const run = randomBytes(4).toString('hex');
  const namespace = `drover-doctor-${run}`;
  const labels = { [LABELS.managedBy]: 'drover', [TRIED]: run };
  let mayStand = true;
  const made = await look(() =>
    makeNamespace(cluster.api, namespace, labels).catch((error: unknown) => {
      // Without a clear answer it may have been made all the same.
      mayStand = !(error instanceof ApiError && error.status < 500);
      throw error;
    }),
  );
  if (!made.known) {
    const late = Date.now() + LATE_MS;
    return { result: made, left: mayStand ? await removed(cluster.api, namespace, late) : null };
  }
  const informers = new Informers();
  try {
    const scratch: Scratch = { cluster, informers, namespace, labels, signal };
    const result = await look(async () => {
      await untilAccount(scratch);
      return use(scratch);
    }).catch((error: unknown): Reading<T> => {
      if (signal.aborted) return BROKEN_OFF;
      throw error;
    });
    return { result, left: await removed(cluster.api, namespace) };
  } catch (error) {
    await removed(cluster.api, namespace);
    throw error;
  } finally {
    informers.close();
  }
}

async function makeNamespace(api: ApiClient, name: string, labels: Record<string, string>): Promise<void> {
  // As target namespaces may be.
  const enforced = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  const metadata = { name, labels: { ...labels, ...enforced } };
  await api.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata });
}

/** Without it no Pod is admitted; a controller makes it a moment later. */
async function untilAccount({ cluster, informers, namespace, signal }: Scratch): Promise<void> {
  const where = { kind: SERVICE_ACCOUNTS, namespace, labelSelector: '' };
  const deadline = Date.now() + ACCOUNT_SECONDS * 1_000;
  await informers.using(cluster, where, (accounts) =>
    waitFor(
      accounts,
      ({ metadata }) => metadata?.name === 'default',
      ([found]) => found,
      { deadline, signal },
    ),
  );
}

/**
 * With all that is in it.
 * @param mayAppearUntil that there is none is believed from then on; milliseconds since the epoch
 * @returns null where it is gone
 */
async function removed(api: ApiClient, name: string, mayAppearUntil = 0): Promise<Leftover | null> {
  const until = Date.now() + REMOVAL_SECONDS * 1_000;
  let isAsked = false;
  for (;;) {
    const isGone = await look(async () => {
      if (isAsked) return (await api.findMetadata(NAMESPACES, { name })) === null;
      const stood = await api.delete(NAMESPACES, { name });
      isAsked = stood;
      return !stood && Date.now() >= mayAppearUntil;
    });
    if (isGone.known && isGone.value) return null;
    if (Date.now() > until) {
      const why = isGone.known ? `it is not gone after ${REMOVAL_SECONDS} seconds` : isGone.why;
      return { namespace: name, why };
    }
    await delay(LOOK_MS);
  }
}
