/**
 * KubeVirt's instance types: CPUs and memory of a guest under a name. A plan's VM names one of the target namespace or, where
 * that has none of this name, one of the whole cluster, as Forklift does it (pkg/controller/plan/kubevirt.go, getInstanceType).
 */
import { z } from 'zod';
import { objectName } from './manifests/common';

/** Several times what vSphere gives one VM. */
const MOST_CPUS = 4_096;
const MOST_MEMORY_BYTES = 2 ** 47;

export const instanceTypeSchema = z.object({
  kind: z.enum(['VirtualMachineInstancetype', 'VirtualMachineClusterInstancetype']),
  name: objectName,
  cpus: z.number().int().positive().max(MOST_CPUS),
  memoryBytes: z.number().int().positive().max(MOST_MEMORY_BYTES),
  /**
   * It says more of the guest's Pod than CPUs and memory: dedicated CPUs, huge pages, overcommitted memory, devices. Drover can not
   * reckon such a Pod.
   */
  special: z.literal(true).optional(),
});

/** As the target has it. */
export type InstanceType = z.infer<typeof instanceTypeSchema>;

/** The one that a name means. */
export function findInstanceType(name: string, types: readonly InstanceType[]): InstanceType | undefined {
  const named = types.filter((type) => type.name === name);
  return named.find(({ kind }) => kind === 'VirtualMachineInstancetype') ?? named[0];
}
