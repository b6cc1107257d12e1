/** The agents of all guests that run, each watched from its instance's start to its end. */
import type { VirtualMachineInstance } from '../resources';
import { key } from '../watched';
import { AgentWatch } from './agent-watch';
import type { GuestReport } from './guest-agent';
import { AGENT_PORT, guestAddress } from './guest-address';

interface Watched {
  uid: string;
  watch: AgentWatch;
}

export class GuestAgents {
  private readonly watched = new Map<string, Watched>();

  /** `changed` is told of the instance, as `namespace/name`, whose agent has come or gone. */
  constructor(private readonly changed: (instanceKey: string) => void) {}

  /** What the agent of a running instance tells; null while it has none. */
  reportOf({ metadata }: VirtualMachineInstance): GuestReport | null {
    const instanceKey = key(metadata?.name ?? '', metadata?.namespace);
    const uid = metadata?.uid ?? '';
    const known = this.watched.get(instanceKey);
    if (known?.uid === uid) return known.watch.report;
    this.forget(instanceKey);
    const at = { host: guestAddress(uid), port: AGENT_PORT };
    this.watched.set(instanceKey, { uid, watch: new AgentWatch(at, () => this.changed(instanceKey)) });
    return null;
  }

  /** The instance runs no more. */
  forget(instanceKey: string): void {
    this.watched.get(instanceKey)?.watch.stop();
    this.watched.delete(instanceKey);
  }

  stop(): void {
    for (const instanceKey of this.watched.keys()) this.forget(instanceKey);
  }
}
