/** The running containers of one Pod, ended together: SIGTERM, then SIGKILL when the grace period is over. */
import type { Sandbox } from './sandbox';

export class PodProcesses {
  private readonly running = new Set<Sandbox>();
  private killAt: number | null = null;
  private timer: NodeJS.Timeout | undefined;

  /** Watches over a container; one that starts while the Pod is ending is told so at once. */
  add(sandbox: Sandbox): void {
    this.running.add(sandbox);
    void sandbox.ended.then(() => this.running.delete(sandbox));
    if (this.killAt !== null && this.killAt <= Date.now()) {
      sandbox.kill();
    } else if (this.killAt !== null) {
      sandbox.terminate();
    }
  }

  /** A later call can only shorten the time that is left. */
  end(graceMs: number): void {
    const killAt = Date.now() + graceMs;
    if (this.killAt === null) {
      this.running.forEach((sandbox) => sandbox.terminate());
    } else if (killAt >= this.killAt) {
      return;
    }
    this.killAt = killAt;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.running.forEach((sandbox) => sandbox.kill()), graceMs);
  }

  /** Nothing is left to end. */
  close(): void {
    clearTimeout(this.timer);
  }
}
