/**
 * Gives each volume of an instance that has no disk one that every guest knows.
 * Source (kubevirt 1.6.0): pkg/util (SetDefaultVolumeDisk), and the API's defaults of a disk's bus.
 */
import type { V1VirtualMachineInstanceSpec } from '@kubevirt-ui-ext/kubevirt-api/kubevirt';

export function withDefaultDisks(spec: V1VirtualMachineInstanceSpec): V1VirtualMachineInstanceSpec {
  const { disks = [], filesystems = [], ...devices } = spec.domain.devices;
  const named = new Set([...disks, ...filesystems].map(({ name }) => name));
  const missing = (spec.volumes ?? []).filter(({ name }) => !named.has(name));
  if (missing.length === 0) return spec;
  const made = missing.map(({ name }) => ({ name, disk: { bus: 'sata' } }));
  return {
    ...spec,
    domain: {
      ...spec.domain,
      devices: { ...devices, ...(filesystems.length > 0 && { filesystems }), disks: [...disks, ...made] },
    },
  };
}
