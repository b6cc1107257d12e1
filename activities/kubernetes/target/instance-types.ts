/** The instance types that VMs in a target namespace may name. */
import { type InstanceType, instanceTypeSchema } from '../../../plan/instance-type';
import { parseQuantity } from '../../../plan/quantity';
import type { Cluster } from '../access/clusters';
import { isMissing } from '../api/errors';
import { CLUSTER_INSTANCE_TYPES, INSTANCE_TYPES, type InstanceTypeObject, type Kind } from '../api/kinds';

/** Those of the namespace and those of the cluster. None where the cluster's KubeVirt does not know them. */
export async function readInstanceTypes(cluster: Cluster, namespace: string): Promise<InstanceType[]> {
  const all = await Promise.all([
    listed(cluster, INSTANCE_TYPES, namespace),
    listed(cluster, CLUSTER_INSTANCE_TYPES),
  ]);
  return all.flat();
}

async function listed(
  { api }: Cluster,
  kind: Kind<InstanceTypeObject>,
  namespace?: string,
): Promise<InstanceType[]> {
  try {
    const { items } = await api.list(kind, { namespace });
    return items.flatMap((object) => read(kind, object) ?? []);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Null for what gives a guest no sound number of CPUs or bytes: KubeVirt itself would start no VM by it. */
function read(
  { kind }: Kind<InstanceTypeObject>,
  { metadata, spec }: InstanceTypeObject,
): InstanceType | null {
  const { cpu, memory } = spec ?? {};
  const type = {
    kind,
    name: metadata?.name,
    cpus: cpu?.guest,
    memoryBytes: parseQuantity(String(memory?.guest)),
    ...(isSpecial(spec ?? {}) && { special: true }),
  };
  return instanceTypeSchema.safeParse(type).data ?? null;
}

function isSpecial({ cpu, memory, gpus = [], hostDevices = [] }: NonNullable<InstanceTypeObject['spec']>) {
  return (
    cpu?.dedicatedCPUPlacement === true ||
    cpu?.isolateEmulatorThread === true ||
    memory?.hugepages !== undefined ||
    (memory?.overcommitPercent ?? 0) !== 0 ||
    gpus.length + hostDevices.length > 0
  );
}
