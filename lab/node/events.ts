/** Events about a Pod, as the kubelet posts them: one object for each cause, with a count. */
import { PatchStrategy, setHeaderOptions, type V1Pod } from '@kubernetes/client-node';
import { type NodeApi, shortMessage } from './api';

interface Posted {
  name: string;
  count: number;
}

export class PodEvents {
  private readonly api: NodeApi;
  private readonly pod: V1Pod;
  private readonly log: (line: string) => void;
  private readonly posted = new Map<string, Posted>();
  private queue: Promise<void> = Promise.resolve();

  constructor(api: NodeApi, pod: V1Pod, log: (line: string) => void) {
    this.api = api;
    this.pod = pod;
    this.log = log;
  }

  /** Posts in the background: nothing depends on an event, so a failed request is only logged. */
  warn(reason: string, message: string): void {
    this.queue = this.queue
      .then(() => this.post(reason, message))
      .catch((error: unknown) => {
        this.log(`event ${reason} not posted: ${shortMessage(error)}`);
      });
  }

  private async post(reason: string, message: string): Promise<void> {
    const { namespace = '', name = '', uid } = this.pod.metadata ?? {};
    const cause = `${reason}\n${message}`;
    const posted = this.posted.get(cause);
    const now = new Date();
    if (posted) {
      posted.count += 1;
      await this.api.core.patchNamespacedEvent(
        { namespace, name: posted.name, body: { count: posted.count, lastTimestamp: now } },
        setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
      );
      return;
    }
    const event = await this.api.core.createNamespacedEvent({
      namespace,
      body: {
        metadata: { namespace, generateName: `${name}.` },
        involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid },
        type: 'Warning',
        reason,
        message,
        source: { component: 'kubelet', host: this.pod.spec?.nodeName },
        firstTimestamp: now,
        lastTimestamp: now,
        count: 1,
      },
    });
    this.posted.set(cause, { name: event.metadata?.name ?? '', count: 1 });
  }
}
