/** What lists and the Temporal UI show of a rollback without asking it. */
import { setCurrentDetails } from '@temporalio/workflow';
import { asMarkdown } from '../../plan/visible';
import { publishAttributes } from '../migrate-vm/publish';
import type { RollBackState } from '../temporal-api';

/** Before the record of the migration was read, whoever started the rollback has said whose it is. */
export function publish(state: RollBackState): void {
  const { plan, attention } = state;
  if (plan !== null) publishAttributes({ ...state, plan });
  setCurrentDetails(
    [
      `**${state.outcome ?? state.phase}** · ${state.asked.action} of run ${state.runId}`,
      ...(attention === null
        ? []
        : [
            `Needs attention: ${asMarkdown(attention.failure.message)}`,
            `To do: ${attention.failure.remedy}`,
            `Waits until ${attention.deadline}`,
          ]),
    ].join('\n\n'),
  );
}
