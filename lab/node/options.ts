/** The options of the lab's node, and how long it waits between attempts. */
import type { HollowImages } from './hollow';

export interface NodeTiming {
  /** Pause before a failed container's second restart. The first has no pause; each later pause doubles. */
  crashBackOffMs: number;
  /** The longest of these pauses. */
  crashBackOffMaxMs: number;
  /** Pause before a container with a missing Secret, ConfigMap or key is tried again; up to half of it is added. */
  configRetryMs: number;
  /** First pause after a volume could not be mounted. Each later pause doubles, up to `mountRetryMaxMs`. */
  mountRetryMs: number;
  mountRetryMaxMs: number;
}

/**
 * The kubelet's numbers, except for `crashBackOffMs`: the kubelet waits ten seconds, a test can't.
 * Source (kubernetes 1.34.4): `MaxCrashLoopBackOff`, `backOffPeriod` in pkg/kubelet/kubelet.go; jitter in
 * pkg/kubelet/pod_workers.go; mounts: pkg/util/goroutinemap/exponentialbackoff/exponential_backoff.go.
 */
export const DEFAULT_TIMING: NodeTiming = {
  crashBackOffMs: 1_000,
  crashBackOffMaxMs: 300_000,
  configRetryMs: 10_000,
  mountRetryMs: 500,
  mountRetryMaxMs: 122_000,
};

export interface NodeOptions {
  /** Path of a kubeconfig that may do what kubelets may. */
  kubeconfig: string;
  /** Pods' files and logs lie below. */
  dir: string;
  /** `<volumesDir>/<pv>/` for Filesystem, `<volumesDir>/<pv>/block` for Block. */
  volumesDir: string;
  /** `host:port` of the registry from which the node pulls images named lab.drover.dev/…. */
  mirror?: string;
  /** Images whose containers run no process; by default none. */
  hollow?: HollowImages;
  /** Takes one line of what the node did. */
  log: (line: string) => void;
  timing?: Partial<NodeTiming>;
}
