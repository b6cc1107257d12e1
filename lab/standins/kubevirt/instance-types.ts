/**
 * Gives a machine's instance the CPUs and the memory that its instance type names.
 * Source (kubevirt 1.6.0): pkg/instancetype/apply (cpu.go, memory.go), with the default topology (sockets).
 */
import type { V1VirtualMachineInstanceSpec } from '@kubevirt-ui-ext/kubevirt-api/kubevirt';
import { CLUSTER_INSTANCE_TYPES, INSTANCE_TYPES, type VirtualMachine } from '../resources';
import type { World } from '../world';

/** @throws Error where there is no instance type of this name */
export async function withInstanceType(
  { cluster }: World,
  machine: VirtualMachine,
  spec: V1VirtualMachineInstanceSpec,
): Promise<V1VirtualMachineInstanceSpec> {
  const { instancetype: named } = machine.spec;
  if (named?.name === undefined) return spec;
  const type =
    named.kind === INSTANCE_TYPES.kind
      ? await cluster.get(INSTANCE_TYPES, { name: named.name, namespace: machine.metadata?.namespace })
      : await cluster.get(CLUSTER_INSTANCE_TYPES, { name: named.name });
  const { cpu, memory } = type.spec;
  return {
    ...spec,
    domain: {
      ...spec.domain,
      cpu: { ...spec.domain.cpu, sockets: cpu.guest, cores: 1, threads: 1 },
      memory: { ...spec.domain.memory, guest: memory.guest },
    },
  };
}
