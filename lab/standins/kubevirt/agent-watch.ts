/** Knows of a guest's agent whether it answers, and what it tells of its guest. */
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { AgentConversation, type GuestReport, SilentAgent } from './guest-agent';

export interface AgentTiming {
  /** First pause after a channel that is not there; each further one doubles. */
  firstPauseMs: number;
  /** After so many refusals nothing runs there: most of the lab's machines hold an empty disk. */
  tries: number;
  /** How often an agent that has answered is asked again, and how long it may take. */
  heartbeatMs: number;
  answerMs: number;
}

const DEFAULT_TIMING: AgentTiming = { firstPauseMs: 500, tries: 8, heartbeatMs: 20_000, answerMs: 10_000 };

export interface AgentAddress {
  host: string;
  port: number;
}

export class AgentWatch {
  private latest: GuestReport | null = null;
  private readonly stopped = new AbortController();

  /** `changed` is called whenever the agent comes or goes. */
  constructor(
    private readonly at: AgentAddress,
    private readonly changed: () => void,
    private readonly timing: AgentTiming = DEFAULT_TIMING,
  ) {
    void this.follow();
  }

  /** Null while no agent answers. */
  get report(): GuestReport | null {
    return this.latest;
  }

  stop(): void {
    this.stopped.abort();
  }

  /** An agent that has fallen silent may come back; a channel that was closed does not. */
  private async follow(): Promise<void> {
    for (let silent = true; silent && !this.stopped.signal.aborted;) {
      const socket = await this.reach();
      if (socket === null) return;
      silent = await this.talk(socket);
    }
  }

  /** Returns when the agent answers no more: true where its channel is still there. */
  private async talk(socket: Socket): Promise<boolean> {
    const { signal } = this.stopped;
    const { answerMs, heartbeatMs } = this.timing;
    const hangUp = () => socket.destroy();
    signal.addEventListener('abort', hangUp);
    try {
      const agent = new AgentConversation(socket);
      // Until the guest opens its end of the channel the question waits there: no deadline yet.
      await agent.synchronise(null);
      this.tell(await agent.report(answerMs));
      for (;;) {
        await delay(heartbeatMs, undefined, { signal, ref: false });
        await agent.synchronise(answerMs);
      }
    } catch (error) {
      this.tell(null);
      return error instanceof SilentAgent;
    } finally {
      signal.removeEventListener('abort', hangUp);
      hangUp();
    }
  }

  private tell(report: GuestReport | null): void {
    const news = (this.latest === null) !== (report === null);
    this.latest = report;
    if (news && !this.stopped.signal.aborted) this.changed();
  }

  /** The open channel, or null where there is none. */
  private async reach(): Promise<Socket | null> {
    const { firstPauseMs, tries } = this.timing;
    const { signal } = this.stopped;
    for (let attempt = 0; attempt < tries && !signal.aborted; attempt++) {
      const socket = await open(this.at);
      if (socket !== null) return socket;
      await delay(firstPauseMs * 2 ** attempt, undefined, { signal, ref: false }).catch(() => undefined);
    }
    return null;
  }
}

function open(at: AgentAddress): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(at);
    socket.once('connect', () => resolve(socket));
    // Once it is open, its end is told by the lines that stop coming.
    socket.on('error', () => resolve(null));
  });
}
