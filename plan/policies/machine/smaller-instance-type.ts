import { findInstanceType, type InstanceType } from '../../instance-type';
import type { SourceVm } from '../../inventory';
import { type Policy, seen } from '../policy';

const MIB = 2 ** 20;

export const smallerInstanceType: Policy = {
  id: 'smaller-instance-type',
  severity: 'warning',
  title: 'Instance type smaller than the source',
  looksAt: '`instanceType` of the VM in the plan, and the CPUs and memory of the source',
  found: 'its instance type gives the target less than the source has: {}',
  remedy: 'name a larger instance type, or check that the guest needs no more',
  judge: ({ planned: { chosen, vm }, context: { target } }) => {
    const { instanceType: name } = chosen.entry;
    const type = name === undefined ? undefined : findInstanceType(name, target.instanceTypes ?? []);
    const less = type === undefined ? [] : lessThan(vm, type);
    return seen(less.length > 0, less.join(', '));
  },
};

function lessThan({ cpu, memoryMiB }: SourceVm, { cpus, memoryBytes }: InstanceType): string[] {
  return [
    ...(cpus < cpu.count ? [`${cpus} CPUs instead of ${cpu.count}`] : []),
    ...(memoryBytes < memoryMiB * MIB
      ? [`${Math.floor(memoryBytes / MIB)} MiB of memory instead of ${memoryMiB}`]
      : []),
  ];
}
