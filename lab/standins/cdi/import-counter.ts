/** Counts the bytes that importers moved: each start of each importer Pod once, also starts that failed. */
import type { V1Pod } from '@kubernetes/client-node';
import type { Counters } from '../array/counters';
import { lastReport } from './importer-log';
import { parseLastWords } from './last-words';

export class ImportCounter {
  /** Bytes known so far; the key is the Pod's uid and the number of its container's start. */
  private readonly known = new Map<string, number>();
  private readonly closed = new Set<string>();

  constructor(
    /** The folder of the node that runs the importers. */
    private readonly nodeDir: string,
    private readonly counters: Counters,
  ) {}

  /** Counts the bytes of the start that ended last, if the Pod's status has one. */
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

  /** Counts the bytes that the running container has reported. */
  observe(pod: V1Pod, volume: string, bytes: number): void {
    const restarts = pod.status?.containerStatuses?.[0]?.restartCount ?? 0;
    const start = `${pod.metadata?.uid}/${restarts}`;
    if (!this.closed.has(start)) this.count(volume, start, bytes);
  }

  /** Bytes in the last report of an importer that was killed before it wrote its termination message. */
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

function movedBytes(message: string | undefined): number | null {
  return parseLastWords(message)?.bytes ?? null;
}
