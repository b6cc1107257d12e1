/** What was not recorded proves nothing: of each migrated VM every record must have its part, and every run its history. */
import { copyStarts } from './copy-starts';
import type { Check, Facts, RunName, Violation, VmFacts } from './facts';
import { targetRuns } from './never-both-run';

const PROMISE = 'the records are whole';

export const recordsWhole: Check = (facts) => [...partsMissing(facts), ...historiesMissing(facts)];

function partsMissing(facts: Facts): Violation[] {
  return facts.vms
    .filter(({ outcome }) => outcome === 'succeeded')
    .flatMap((vm) =>
      missing(facts, vm).map((what) => ({
        promise: PROMISE,
        about: vm.name,
        at: null,
        what,
      })),
    );
}

/** Of every run that another one began there is a history, and of every history a replay has said something. */
function historiesMissing({ histories, replays }: Facts): Violation[] {
  const runs = new Set(histories.map(({ runId }) => runId));
  const unknown = histories.flatMap(({ began }) => began.filter(({ runId }) => !runs.has(runId)));
  const replayed = new Map<string, number>();
  for (const { workflowId } of replays) replayed.set(workflowId, (replayed.get(workflowId) ?? 0) + 1);
  const unreplayed = histories.filter(({ workflowId }) => {
    const left = replayed.get(workflowId) ?? 0;
    replayed.set(workflowId, left - 1);
    return left <= 0;
  });
  const found = (of: RunName[], what: string): Violation[] =>
    of.map(({ workflowId, runId }) => ({
      promise: PROMISE,
      about: workflowId,
      at: null,
      what: `${what} of run ${runId}`,
    }));
  return [...found(unknown, 'there is no history'), ...found(unreplayed, 'there is no replay')];
}

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
