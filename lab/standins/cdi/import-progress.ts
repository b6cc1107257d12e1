/** How far running importers are. Each is asked at most every two seconds, as CDI does. */
import type { V1Pod } from '@kubernetes/client-node';
import type { ImportCounter } from './import-counter';
import { lastReport } from './importer-log';

/** Source (kubevirt/containerized-data-importer): RequeueAfter in pkg/controller/import-controller.go. */
export const PROGRESS_MS = 2_000;

/** Milliseconds by which a timer may fire early. */
const EARLY_MS = 100;

export class ImportProgress {
  /** When each importer was asked last, by its Pod's uid; milliseconds since 1970. */
  private readonly asked = new Map<string, number>();

  constructor(
    private readonly nodeDir: string,
    private readonly counter: ImportCounter,
  ) {}

  /** The progress as a DataVolume's status writes it; null while there is none newer. `volume` is the claim's key. */
  news(pod: V1Pod, volume: string): string | null {
    const { uid = '' } = pod.metadata ?? {};
    const { state, restartCount = 0 } = pod.status?.containerStatuses?.[0] ?? {};
    const running = state?.running;
    if (!running) return null;
    const last = this.asked.get(uid) ?? new Date(running.startedAt ?? 0).getTime();
    const now = Date.now();
    if (now - last < PROGRESS_MS - EARLY_MS) return null;
    this.asked.set(uid, now);
    const report = lastReport(this.nodeDir, { podUid: uid, restarts: restartCount });
    if (report === null) return null;
    this.counter.observe(pod, volume, report.bytes);
    return `${report.progress.toFixed(2)}%`;
  }
}
