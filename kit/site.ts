/** Where a plugin is tested. */
import type { Cluster } from '../activities/kubernetes/access/clusters';
import type { Pod } from '../activities/kubernetes/api/kinds';
import type { Informers } from '../activities/kubernetes/waiting/informers';
import type { FrozenDisk, PluginMethod } from '../plan/frozen';
import type { TestSource } from './source';

export interface TestSite {
  cluster: Cluster;
  informers: Informers;
  namespace: string;
  /** Of the volumes that are made, and removed again. */
  storage: Pick<FrozenDisk, 'storageClass' | 'volumeMode' | 'accessMode'>;
  source: TestSource;
  /** As a map's entry would say. */
  plugin: Pick<PluginMethod, 'image' | 'vars' | 'secret' | 'imagePullSecret' | 'attachTarget'>;
  /** An image with a shell, head and sha256sum: reads the volumes. */
  readerImage: string;
  limits: TestLimits;
  /** Ends a plugin's processes with as little notice as there can be; its array hears nothing. */
  kill(pod: Pod): Promise<void>;
  /** Makes copies into a volume slow enough to be met in the middle, where the site can. */
  pace(volumeHandle: string, pace: 'slow' | 'usual'): Promise<void>;
  signal: AbortSignal;
}

/** Seconds. */
export interface TestLimits {
  /** For a Pod to start. */
  start: number;
  /** For one copy. */
  copy: number;
  /** From SIGTERM to SIGKILL. */
  grace: number;
  /** How long a volume is watched for writers that should be gone. */
  quiet: number;
}
