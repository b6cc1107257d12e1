/** What was not recorded proves nothing: of each migrated VM every record must have its part. */
import { copyStarts } from './copy-starts';
import type { Check, Facts, VmFacts } from './facts';
import { targetRuns } from './never-both-run';

export const recordsWhole: Check = (facts) =>
  facts.vms
    .filter(({ outcome }) => outcome === 'succeeded')
    .flatMap((vm) =>
      missing(facts, vm).map((what) => ({
        promise: 'the records are whole',
        about: vm.name,
        at: null,
        what,
      })),
    );

function missing(facts: Facts, vm: VmFacts): string[] {
  const { moref, target, ranAtFirst, disks } = vm;
  const uncopied = disks.filter((disk) => copyStarts(facts, disk).length === 0 || disk.copiedAt.length === 0);
  const stopped = facts.power.some((event) => event.moref === moref && event.kind === 'off');
  const made = facts.writes.some(({ resource, name }) => resource === 'virtualmachines' && name === target);
  return [
    ...uncopied.map(({ key }) => `no copy of disk ${key} is recorded`),
    ...(ranAtFirst && !stopped ? ['vCenter has no event of its stop'] : []),
    ...(ranAtFirst && targetRuns(facts, vm).length === 0 ? ['no node has run its target'] : []),
    ...(made ? [] : ['the audit log has no machine of it']),
  ];
}
