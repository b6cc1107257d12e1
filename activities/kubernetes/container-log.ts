import type { ApiClient } from './api-client';
import { containerStatuses } from './pod-reasons';
import type { Pod } from './kinds';
import { lines } from './lines';

/**
 * Follows what a container says on stdout, one JSON document a line, until it ends. One stream per Pod;
 * nothing depends on it, so a broken stream only means less to show.
 */
export class ContainerLog {
  private following: string | null = null;

  constructor(
    private readonly api: ApiClient,
    private readonly container: string,
    private readonly onDocument: (document: Record<string, unknown>) => void,
    private readonly signal: AbortSignal,
  ) {}

  /** Starts following once the container runs. */
  look(pod: Pod): void {
    const { name = '', namespace = '', uid = '' } = pod.metadata ?? {};
    const status = containerStatuses(pod).find((candidate) => candidate.name === this.container);
    if (status?.state?.running === undefined || this.following === uid) return;
    this.following = uid;
    void this.follow({ name, namespace });
  }

  private async follow(pod: { name: string; namespace: string }): Promise<void> {
    try {
      const log = { ...pod, container: this.container };
      for await (const line of lines(await this.api.followLog(log, 1, this.signal))) this.read(line);
    } catch {
      // No logs from this node: the result does not come this way.
    }
  }

  private read(line: string): void {
    if (!line.startsWith('{')) return;
    try {
      this.onDocument(JSON.parse(line) as Record<string, unknown>);
    } catch {
      // A line that only looks like JSON is for people.
    }
  }
}
