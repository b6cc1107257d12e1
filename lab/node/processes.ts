/** The running containers of one Pod, ended together: SIGTERM, then SIGKILL when the grace period is over. */
import type { Sandbox } from './sandbox';

export class PodProcesses {
  private readonly running = new Set<Sandbox>();
  private killAt: number | null = null;
  private timer: NodeJS.Timeout | undefined;

  /** Takes care of a running container. Where the Pod is ending already, the container gets its signal at once. */
  add(sandbox: Sandbox): void {
    this.running.add(sandbox);
    void sandbox.ended.then(() => this.running.delete(sandbox));
    if (this.killAt !== null && this.killAt <= Date.now()) {
      sandbox.kill();
    } else if (this.killAt !== null) {
      sandbox.terminate();
    }
  }

  /** Ends all containers. A second call can shorten the grace period, but not lengthen it. */
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

  /** No container is left: forgets the SIGKILL that was planned. */
  close(): void {
    clearTimeout(this.timer);
  }
}
