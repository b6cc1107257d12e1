/** What lists and the Temporal UI show of a migration without asking it. */
import { TypedSearchAttributes } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { Failure } from '../../plan/failures';
import { countedOutcome, searchAttributes, type VmState } from '../temporal-api';
import { asMarkdown } from '../../plan/visible';
import { planName } from '../../plan/workflow-ids';

/** For the start of a migration's disks. */
export function vmAttributes(state: VmState): TypedSearchAttributes {
  return new TypedSearchAttributes([
    { key: searchAttributes.plan, value: planName(state.plan) },
    { key: searchAttributes.vm, value: state.vm.name },
  ]);
}

/** Plan and VM are looked at each time, too: any client may have started this workflow without them. */
export function publish(state: VmState): void {
  publishAttributes({ ...state, outcome: countedOutcome(state) });
  setCurrentDetails(details(state));
}

/** What lists show of a workflow of one VM: a migration, or a rollback that has read the record of one. */
export function publishAttributes(state: {
  plan: { namespace: string; name: string };
  vm: { name: string };
  phase: string;
  outcome: string | null;
  attention: { failure: Failure } | null;
}): void {
  const known = workflowInfo().typedSearchAttributes;
  const news = [
    { key: searchAttributes.plan, value: planName(state.plan) },
    { key: searchAttributes.vm, value: state.vm.name },
    { key: searchAttributes.phase, value: state.phase },
    { key: searchAttributes.outcome, value: state.outcome },
    { key: searchAttributes.attention, value: state.attention?.failure.kind ?? null },
  ].filter(({ key, value }) => (known.get(key) ?? null) !== value);
  if (news.length > 0) upsertSearchAttributes(news);
}

function details(state: VmState): string {
  const copied = state.disks.filter((disk) => disk.phase === 'copied').length;
  const lines = [
    `**${countedOutcome(state) ?? state.phase}** · ${copied} of ${state.disks.length} disks copied`,
  ];
  if (state.attention !== null) {
    const { failure, deadline } = state.attention;
    lines.push(
      `Needs attention: ${asMarkdown(failure.message)}`,
      `To do: ${failure.remedy}`,
      `Waits until ${deadline}`,
    );
  }
  return lines.join('\n\n');
}
