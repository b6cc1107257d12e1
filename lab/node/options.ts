/** What the lab's node is told, and how patient it is. */
import type { HollowImages } from './hollow';

export interface NodeTiming {
  /** Pause before a failed container's second restart; the first follows at once, each further one doubles. */
  crashBackOffMs: number;
  crashBackOffMaxMs: number;
  /** A container whose Secret, ConfigMap or key is missing is looked at again after this, and up to half of it more. */
  configRetryMs: number;
  /** First pause after a volume could not be mounted; doubles up to `mountRetryMaxMs`. */
  mountRetryMs: number;
  mountRetryMaxMs: number;
}

/** The kubelet's own figures, but for crash loops: ten seconds there, one second here. */
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
  /** `host:port` of a registry that is to answer for lab.drover.dev. */
  mirror?: string;
  /** Images whose containers run nothing; default none. */
  hollow?: HollowImages;
  /** Takes one line of what the node did. */
  log: (line: string) => void;
  timing?: Partial<NodeTiming>;
}
