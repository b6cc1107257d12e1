/** How far running importers are: each is asked every two seconds, as CDI asks, however often somebody wants to know. */
import type { V1Pod } from '@kubernetes/client-node';
import type { Cluster } from '../cluster';
import type { ImportCounter } from './import-counter';
import { lastReport } from './importer-log';

export const PROGRESS_MS = 2_000;

/** A timer may come a little early. */
const EARLY_MS = 100;

export class ImportProgress {
  /** When each importer was asked last, by its Pod's uid; milliseconds since 1970. */
  readonly #asked = new Map<string, number>();

  constructor(
    private readonly cluster: Cluster,
    private readonly counter: ImportCounter,
  ) {}

  /** As a DataVolume's status says it; null while there is nothing new. `volume` is the claim's key. */
  async news(pod: V1Pod, volume: string): Promise<string | null> {
    const { name = '', namespace = '', uid = '' } = pod.metadata ?? {};
    const running = pod.status?.containerStatuses?.[0]?.state?.running;
    if (!running) return null;
    const last = this.#asked.get(uid) ?? new Date(running.startedAt ?? 0).getTime();
    const now = Date.now();
    if (now - last < PROGRESS_MS - EARLY_MS) return null;
    this.#asked.set(uid, now);
    const report = await lastReport(this.cluster, { namespace, pod: name });
    if (report === null) return null;
    this.counter.observe(pod, volume, report.bytes);
    return `${report.progress.toFixed(2)}%`;
  }
}
