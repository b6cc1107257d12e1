/** Events about objects, as `kubectl describe` shows them: one per reason and message, counted. */
import { createHash } from 'node:crypto';
import type { Cluster, KubeObject } from './cluster';
import { unlessExists } from './cluster';
import { EVENTS } from './resources';

export interface Occurrence {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

export type Recorder = (about: KubeObject, occurrence: Occurrence) => Promise<void>;

/** `component` is who says it, as `cdi-controller`. */
export function eventRecorder(cluster: Cluster, component: string): Recorder {
  return async (about, occurrence) => {
    const { name = '', namespace = 'default', uid } = about.metadata ?? {};
    const { type, reason, message } = occurrence;
    const digest = createHash('sha256').update([uid, reason, message].join('\n')).digest('hex').slice(0, 16);
    const event = { name: `${name}.${digest}`, namespace };
    const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const made = await unlessExists(
      cluster.call('POST', `/api/v1/namespaces/${namespace}/events`, {
        metadata: event,
        involvedObject: { apiVersion: about.apiVersion, kind: about.kind, name, namespace, uid },
        ...{ type, reason, message, count: 1, firstTimestamp: now, lastTimestamp: now },
        source: { component },
        reportingComponent: component,
      }),
    );
    if (made === null) {
      const { count = 1 } = await cluster.get(EVENTS, event);
      await cluster.patch(EVENTS, event, { count: count + 1, lastTimestamp: now });
    }
  };
}
