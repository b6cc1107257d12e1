/** The agents of all running guests. Each is watched from the start of its instance to the end. */
import type { VirtualMachineInstance } from '../resources';
import { key } from '../watched';
import { AgentWatch } from './agent-watch';
import type { GuestReport } from './guest-agent';
import { AGENT_PORT, guestAddress } from './loopback-addresses';

interface Watched {
  uid: string;
  watch: AgentWatch;
}

export class GuestAgents {
  private readonly watched = new Map<string, Watched>();

  /** `changed` gets the key (`namespace/name`) of an instance whose agent comes, goes, or reports something else. */
  constructor(private readonly changed: (instanceKey: string) => void) {}

  /** The report of a running instance's agent; null while no agent answers. */
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

  /** Stops watching an instance that no longer runs. */
  forget(instanceKey: string): void {
    this.watched.get(instanceKey)?.watch.stop();
    this.watched.delete(instanceKey);
  }

  stop(): void {
    for (const instanceKey of this.watched.keys()) this.forget(instanceKey);
  }
}
