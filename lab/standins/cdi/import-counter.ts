/** Counts what importers moved: every start of every importer Pod once, the broken ones too. */
import type { V1Pod } from '@kubernetes/client-node';
import type { Counters } from '../array/counters';
import { lastReport } from './importer-log';

export class ImportCounter {
  /** Bytes known so far, by Pod and start of its container. */
  private readonly known = new Map<string, number>();
  private readonly closed = new Set<string>();

  constructor(
    /** Of the node that runs the importers. */
    private readonly nodeDir: string,
    private readonly counters: Counters,
  ) {}

  /** Takes the final word of the start that ended last, if the Pod's status tells of one. */
  account(pod: V1Pod, volume: string): void {
    const status = pod.status?.containerStatuses?.[0];
    const ended = status?.state?.terminated ?? status?.lastState?.terminated;
    if (!status || !ended) return;
    const restarts = status.restartCount - (status.state?.running ? 1 : 0);
    const start = `${pod.metadata?.uid}/${restarts}`;
    if (this.closed.has(start)) return;
    this.count(volume, start, movedBytes(ended.message) ?? this.reported(pod, restarts));
    this.closed.add(start);
    this.counters.save();
  }

  /** Takes what the running container has reported. */
  observe(pod: V1Pod, volume: string, bytes: number): void {
    const restarts = pod.status?.containerStatuses?.[0]?.restartCount ?? 0;
    const start = `${pod.metadata?.uid}/${restarts}`;
    if (!this.closed.has(start)) this.count(volume, start, bytes);
  }

  /** What an importer had moved that did not live to say it at its end. */
  private reported(pod: V1Pod, restarts: number): number {
    const podUid = pod.metadata?.uid ?? '';
    return lastReport(this.nodeDir, { podUid, restarts })?.bytes ?? 0;
  }

  private count(volume: string, start: string, bytes: number): void {
    const before = this.known.get(start) ?? 0;
    if (bytes <= before) return;
    this.known.set(start, bytes);
    this.counters.add('imports', volume, bytes - before);
  }
}

/** A finished importer's termination message is `{"bytes": n}`. */
function movedBytes(message: string | undefined): number | null {
  const match = /^\{"bytes":\s*(\d+)\}$/.exec(message ?? '');
  return match ? Number(match[1]) : null;
}
