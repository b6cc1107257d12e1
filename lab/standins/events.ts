/**
 * Warnings about objects, as `kubectl describe` shows them: one event per reason and message, with a count.
 * CDI and KubeVirt post events for success, too. The stand-ins do not: each would cost a request, and nobody reads it.
 */
import { createHash } from 'node:crypto';
import type { CoreV1Event } from '@kubernetes/client-node';
import { type Cluster, collectionOf, type KubeObject, orNull, unlessExists } from './cluster';
import { EVENTS } from './resources';

export interface Occurrence {
  reason: string;
  message: string;
}

export type Recorder = (about: KubeObject, occurrence: Occurrence) => Promise<void>;

/** Repetitions that follow each other more quickly are only counted; a later one writes the count. */
const TOGETHER_MS = 1_000;

/** `component` names who posts the events, as `cdi-controller`. */
export function eventRecorder(cluster: Cluster, component: string): Recorder {
  const told = new Map<string, Told>();
  return async (about, occurrence) => {
    const event = newEvent(about, occurrence, component);
    const { name, namespace } = event.metadata;
    const known = told.get(`${namespace}/${name}`);
    if (known === undefined) {
      const { count = 1 } = await createOrRepeat(cluster, event);
      told.set(`${namespace}/${name}`, { count, at: Date.now() });
      return;
    }
    known.count += 1;
    if (Date.now() - known.at < TOGETHER_MS) return;
    known.at = Date.now();
    const change = { count: known.count, lastTimestamp: event.lastTimestamp };
    const repeated = await orNull(cluster.patch(EVENTS, event.metadata, change));
    // The API server keeps events for an hour only.
    if (repeated === null) await createOrRepeat(cluster, event);
  };
}

/** What was written so far of one event. */
interface Told {
  count: number;
  /** When it was written last, in milliseconds since 1970. */
  at: number;
}

function newEvent(about: KubeObject, { reason, message }: Occurrence, component: string) {
  const { name = '', namespace = 'default', uid } = about.metadata ?? {};
  const digest = createHash('sha256').update([uid, reason, message].join('\n')).digest('hex').slice(0, 16);
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    metadata: { name: `${name}.${digest}`, namespace },
    involvedObject: { apiVersion: about.apiVersion, kind: about.kind, name, namespace, uid },
    ...{ type: 'Warning', reason, message, count: 1, firstTimestamp: now, lastTimestamp: now },
    source: { component },
    reportingComponent: component,
  };
}

type NewEvent = ReturnType<typeof newEvent>;

/** An earlier process has posted an event of that name. */
async function createOrRepeat(cluster: Cluster, event: NewEvent): Promise<CoreV1Event> {
  const { metadata, lastTimestamp } = event;
  const path = collectionOf(EVENTS, metadata.namespace);
  const made = await unlessExists(cluster.call<CoreV1Event>('POST', path, event));
  if (made !== null) return made;
  const { count = 1 } = await cluster.get(EVENTS, metadata);
  return cluster.patch(EVENTS, metadata, { count: count + 1, lastTimestamp });
}
