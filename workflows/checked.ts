/**
 * Workflows that look at their input before they do anything: any client may start any of them with anything. What a
 * worker offers is wrapped so, in `index.ts`.
 */
import { workflowInfo } from '@temporalio/workflow';
import { fail } from './failure';
import { readInput, type WorkflowType } from './inputs';
import { patched } from './patches';

/** What is wrong with the place of a workflow that was given this sound input, in a sentence; null where nothing is. */
type PlaceCheck<Input> = (input: Input) => string | null;

/**
 * Ends at once as `InvalidInput`, with every wrong field, where the input is not what the workflow's schema says, or
 * where `misplaced` has something to say.
 */
export function checked<Input, Result>(
  type: WorkflowType,
  workflow: (input: Input) => Promise<Result>,
  misplaced: PlaceCheck<Input> = () => null,
): (input: Input) => Promise<Result> {
  // Its handlers must stand before anything is awaited.
  return async (...args: Input[]): Promise<Result> => {
    const { value, wrong } = readInput(type, args[0]);
    const input = value as Input | undefined;
    refuse(type, tooMany(args) ?? wrong ?? misplaced(input as Input));
    return workflow(input ?? (args[0] as Input));
  };
}

/**
 * Ends the workflow where something is wrong. The patch is asked for only then: a workflow that began before inputs were
 * checked goes on as it was, and all others have no marker of it.
 */
export function refuse(type: WorkflowType, wrong: string | null): void {
  if (wrong !== null && patched('checked-input')) throw fail('InvalidInput', `${type}: ${wrong}`);
}

function tooMany(args: readonly unknown[]): string | null {
  return args.length > 1 ? `there are ${args.length} arguments; give one, the input.` : null;
}

/** For a workflow whose id is worked out from its input: under another id, one migration could run twice at once. */
export function mustBe(id: string): string | null {
  const { workflowId } = workflowInfo();
  return workflowId === id
    ? null
    : `it was started under another id than its own; give the workflow id ${id}.`;
}
