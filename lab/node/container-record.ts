/** What the node knows of one container: the source of its ContainerStatus. */
import { type FormerRuns, LOST_CODE } from './former-runs';
import type {
  V1ContainerState,
  V1ContainerStateTerminated,
  V1ContainerStatus,
} from '@kubernetes/client-node';

const NODE_RESTARTED = 'The container could not be located when the node restarted';

export class ContainerRecord {
  state: V1ContainerState;
  private lastState: V1ContainerState = {};
  private restartCount = 0;
  private imageId = '';
  private containerId = '';

  constructor(
    readonly name: string,
    readonly image: string,
    waitingFor: string,
  ) {
    this.state = { waiting: { reason: waitingFor } };
  }

  get restarts(): number {
    return this.restartCount;
  }

  /** How the last run ended; undefined while a run is going on, waits to start, or there was none. */
  get terminated(): V1ContainerStateTerminated | undefined {
    return this.state.terminated;
  }

  /** True while the container waits to run again after a run that ended. */
  get waitsToRestart(): boolean {
    return this.state.waiting !== undefined && this.lastState.terminated !== undefined;
  }

  /** The run whose output `kubectl logs` shows; null before the first. */
  get latestRun(): number | null {
    return this.state.waiting && !this.waitsToRestart ? null : this.restartCount;
  }

  /** The run that lastState describes, null where there is none. While the container waits, it is the latest run. */
  get previousRun(): number | null {
    if (!this.lastState.terminated) {
      return null;
    }
    return this.waitsToRestart ? this.restartCount : this.restartCount - 1;
  }

  waiting(reason: string, message?: string): void {
    if (this.state.terminated) {
      this.lastState = this.state;
    }
    this.state = { waiting: { reason, ...(message !== undefined && { message }) } };
  }

  running(containerId: string, imageId: string): void {
    if (this.state.terminated) {
      this.lastState = this.state;
    }
    this.containerId = containerId;
    this.imageId = imageId;
    this.state = { running: { startedAt: new Date() } };
  }

  ended(how: Omit<V1ContainerStateTerminated, 'containerID' | 'finishedAt'>): void {
    this.state = { terminated: { ...how, containerID: this.containerId, finishedAt: new Date() } };
  }

  /** Counts a run that follows one that ended. */
  restarted(): void {
    this.restartCount += 1;
  }

  /** The container no longer runs, and the node did not see how it ended. */
  lost(message: string): void {
    // The kubelet's reason (kubernetes 1.34.4, pkg/kubelet/kubelet_pods.go).
    this.ended({ exitCode: LOST_CODE, reason: 'ContainerStatusUnknown', message });
  }

  /** Takes over what an earlier process of this node knew, and had perhaps not written yet. Its last run has ended with it, at the latest. */
  resume(status: V1ContainerStatus | undefined, former?: FormerRuns): void {
    if (status) this.takeOver(status);
    const written = this.latestRun === null ? 0 : this.restartCount + 1;
    if (former === undefined || former.count < written) return;
    const wasRunning = status?.state?.running !== undefined;
    if (former.count === written && !wasRunning) return;
    this.restartCount = former.count - 1;
    if (former.last !== null) this.ended(former.last);
    else this.lost(NODE_RESTARTED);
  }

  private takeOver(status: V1ContainerStatus): void {
    this.restartCount = status.restartCount;
    this.lastState = status.lastState ?? {};
    this.imageId = status.imageID;
    this.containerId = status.containerID ?? '';
    if (status.state?.running) {
      this.lost(NODE_RESTARTED);
    } else if (status.state?.terminated) {
      this.state = status.state;
    }
  }

  status(): V1ContainerStatus {
    const running = this.state.running !== undefined;
    return {
      name: this.name,
      image: this.image,
      imageID: this.imageId,
      ...(this.containerId && { containerID: this.containerId }),
      state: this.state,
      lastState: this.lastState,
      restartCount: this.restartCount,
      ready: running,
      started: running,
    };
  }
}
