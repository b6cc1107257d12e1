/** The preferences that guests of a target cluster may get. */
import { z } from 'zod';
import type { CountedCpus, TargetPreference } from '../../../plan/preference-requirements';
import { parseQuantity } from '../../../plan/quantity';
import type { Cluster } from '../access/clusters';
import { isMissing } from '../api/errors';
import { CLUSTER_PREFERENCES, type PreferenceObject } from '../api/kinds';

/** With what they require. None where the cluster's KubeVirt does not know the kind. */
export async function readPreferences({ api }: Cluster): Promise<TargetPreference[]> {
  try {
    const { items } = await api.list(CLUSTER_PREFERENCES);
    return items.flatMap(read);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** A requirement that is no number is passed over: KubeVirt's own word counts. */
function read({ metadata, spec }: PreferenceObject): TargetPreference[] {
  const name = metadata?.name;
  if (name === undefined) return [];
  const least = leastCpus.safeParse(spec?.requirements?.cpu?.guest).data;
  const counted = countedBy(spec?.cpu);
  const memory = spec?.requirements?.memory?.guest;
  const leastMemoryBytes = memory === undefined ? null : parseQuantity(String(memory));
  return [
    {
      name,
      ...(least !== undefined && counted !== undefined && { cpus: { least, counted } }),
      ...(leastMemoryBytes !== null && { leastMemoryBytes }),
    },
  ];
}

/** As KubeVirt has it. */
const leastCpus = z
  .number()
  .int()
  .nonnegative()
  .max(2 ** 32);

/** By the topology, under its old name or its new one; undefined for one that KubeVirt counts nothing for. */
function countedBy(cpu: NonNullable<PreferenceObject['spec']>['cpu']): CountedCpus | undefined {
  const topology = cpu?.preferredCPUTopology ?? 'sockets';
  if (topology === 'spread' || topology === 'preferSpread')
    return cpu?.spreadOptions?.across === 'CoresThreads' ? 'cores' : 'all';
  return TOPOLOGIES.get(topology);
}

const TOPOLOGIES: ReadonlyMap<string, CountedCpus> = new Map([
  ['sockets', 'sockets'],
  ['preferSockets', 'sockets'],
  ['cores', 'cores'],
  ['preferCores', 'cores'],
  ['threads', 'threads'],
  ['preferThreads', 'threads'],
  ['any', 'all'],
  ['preferAny', 'all'],
]);
