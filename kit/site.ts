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
  /** A disk above 64 MiB that is no multiple of 1 MiB; null where nobody has named one. */
  odd: OpensSource | null;
  /** A disk with a snapshot. Null: the plugin does not claim to copy such disks. */
  chain: OpensSource | null;
  /** Of the array; null where nobody can cut it. */
  power: ArrayPower | null;
  /** As a map's entry would say. */
  plugin: Pick<PluginMethod, 'image' | 'vars' | 'secret' | 'imagePullSecret' | 'attachTarget'>;
  /** An image with a shell and coreutils: reads the volumes, and writes to them what must stay there. */
  readerImage: string;
  limits: TestLimits;
  /** Ends a plugin's processes with as little notice as there can be; its array hears nothing. */
  kill(pod: Pod): Promise<void>;
  /** Sets how fast an array copies into a volume, where the site can. */
  pace(volumeHandle: string, pace: Pace): Promise<void>;
  signal: AbortSignal;
}

/** Reads a whole disk, so it is done only where it is needed. */
export type OpensSource = () => Promise<TestSource>;

interface ArrayPower {
  /** What is copied into this volume from now on stays for a while in a cache that needs power. */
  cacheWrites(volumeHandle: string): Promise<void>;
  /** Loses what is in that cache. */
  cut(volumeHandle: string): Promise<void>;
}

/**
 * `slow`: slow enough to be met in the middle. `slow` and `usual` also change copies that run already. `usual, then slow`:
 * the next copy is at its usual pace, and those that begin after it are slow.
 */
export type Pace = 'slow' | 'usual' | 'usual, then slow';

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
