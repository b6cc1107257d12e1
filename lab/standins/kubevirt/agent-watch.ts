/** Watches a guest's agent: knows whether the agent answers, and its last report on the guest. */
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { AgentConversation, type GuestReport, SilentAgent } from './guest-agent';

export interface AgentTiming {
  /** First pause after a channel that does not exist, in milliseconds; each later pause doubles. */
  firstPauseMs: number;
  /** After so many refused connections the watch ends: most machines of the lab have an empty disk, so no agent. */
  tries: number;
  /** First pause between two questions to an agent that has answered; each later pause doubles. */
  firstBeatMs: number;
  /** Longest pause between two such questions. */
  heartbeatMs: number;
  /** How long an agent may take to answer. */
  answerMs: number;
}

/** The original's beats (kubevirt 1.6.0, pkg/virt-launcher/virtwrap/agent-poller) go from 10 to 120 seconds. */
const DEFAULT_TIMING: AgentTiming = {
  firstPauseMs: 500,
  tries: 8,
  firstBeatMs: 1_000,
  heartbeatMs: 20_000,
  answerMs: 10_000,
};

export interface AgentAddress {
  host: string;
  port: number;
}

export class AgentWatch {
  private latest: GuestReport | null = null;
  private readonly stopped = new AbortController();

  /** `changed` is called whenever the agent comes or goes, or reports something else. */
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

  /** An agent that no longer answers may answer again later. A closed channel does not open again. */
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
    const { answerMs, firstBeatMs, heartbeatMs } = this.timing;
    const hangUp = () => socket.destroy();
    signal.addEventListener('abort', hangUp);
    try {
      const agent = new AgentConversation(socket);
      // Until the guest opens its end of the channel the question waits there: no deadline yet.
      await agent.synchronise(null);
      for (let beatMs = firstBeatMs; ; beatMs = Math.min(2 * beatMs, heartbeatMs)) {
        this.tell(await agent.report(answerMs));
        await delay(beatMs, undefined, { signal, ref: false });
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
    const news = !isDeepStrictEqual(this.latest, report);
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
    // After it has opened, the end of its lines shows that the channel has closed.
    socket.on('error', () => resolve(null));
  });
}
