/** Watches a plugin's Pod until its end: reads the progress that it reports, and decides when to give it up. */
import { readPluginProgress } from '../../../plan/plugin-output';
import type { PluginPatience } from '../../interfaces';
import { failure } from '../../failure';
import { ContainerLog } from '../pods/container-log';
import { PLUGIN_CONTAINER } from '../objects/plugin-job';
import { isQuota } from '../api/errors';
import { type JobInProgress, overdue } from '../pods/job-pods';
import type { Pod } from '../api/kinds';
import type { StartDelay } from '../pods/pod-reasons';
import type { Scope } from '../waiting/scope';

export class PluginWatch {
  private readonly log: ContainerLog;
  /** Bytes in the last line of progress. A log stream that is opened again repeats some lines. */
  private last = -1;
  private readonly oddities = new Set<string>();

  constructor(
    private readonly scope: Scope,
    private readonly patience: PluginPatience & { capacityBytes: number },
  ) {
    this.log = new ContainerLog(scope.cluster.api, PLUGIN_CONTAINER, (document) => this.hear(document));
  }

  /** @throws CopyRefused, QuotaExceeded, CopyNotStarted, CopyStalled */
  async look(job: JobInProgress): Promise<void> {
    const { pod, delay } = job;
    const { progress } = this.scope;
    if (delay === null) progress.report({ note: null });
    else this.judgeStart(job, delay);
    if (pod === null) return;
    this.log.look(pod);
    if (this.isStalled() && (await this.isStalledIndeed(pod))) throw this.stalled();
    progress.report({ warning: this.warning() });
  }

  close(): void {
    this.log.close();
  }

  private judgeStart(job: JobInProgress, { clause, kind }: StartDelay): void {
    if (kind === 'final') throw failure('CopyRefused', `the plugin can't start: ${clause}`);
    const late = overdue(job, this.patience.startDeadlineSeconds);
    if (late === null) return;
    throw failure(isQuota(clause) ? 'QuotaExceeded' : 'CopyNotStarted', `the plugin did not start ${late}`);
  }

  /**
   * Drover does not trust a plugin's numbers: the progress that it shows never shrinks, and never exceeds the total.
   */
  private hear(document: Record<string, unknown>): void {
    const said = readPluginProgress(document);
    if (said === null) return;
    const { progress } = this.scope;
    const { bytesDone } = said;
    const total = said.bytesTotal || this.patience.capacityBytes;
    if (bytesDone < this.last) this.oddities.add('its progress went backwards');
    if (bytesDone > total) this.oddities.add('it reports more bytes than there are');
    this.last = bytesDone;
    const shown = Math.max(progress.now.bytesDone ?? 0, Math.min(bytesDone, total));
    progress.report({ bytesDone: shown, bytesTotal: Math.max(total, shown) });
  }

  /**
   * Milliseconds since progress grew. Null for a plugin that has never reported progress: nobody can say whether it
   * stands.
   */
  private idleMs(): number | null {
    const { movedAt } = this.scope.progress.now;
    return movedAt === null ? null : Date.now() - Date.parse(movedAt);
  }

  private isStalled(): boolean {
    const { stallDeadlineSeconds = Infinity } = this.patience;
    return (this.idleMs() ?? 0) >= stallDeadlineSeconds * 1_000;
  }

  /** A log stream may break without an error. Before Drover gives up a copy, it reads the log live. */
  private async isStalledIndeed(pod: Pod): Promise<boolean> {
    await this.log.readNow(pod);
    return this.isStalled();
  }

  private stalled(): Error {
    const { bytesDone, bytesTotal } = this.scope.progress.now;
    return failure(
      'CopyStalled',
      `the plugin reported no progress for ${this.patience.stallDeadlineSeconds} s, at ${bytesDone} of ${bytesTotal} bytes`,
    );
  }

  private warning(): string | null {
    const { stallWarningSeconds = Infinity } = this.patience;
    const stalled = (this.idleMs() ?? 0) >= stallWarningSeconds * 1_000;
    const since = stalled ? [`no progress since ${this.scope.progress.now.movedAt}`] : [];
    const warnings = [...since, ...this.oddities];
    return warnings.length === 0 ? null : warnings.join('; ');
  }
}
