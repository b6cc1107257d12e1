/** What a Pod or Job of ours is for, as a label. */
export const STEP_LABEL = 'drover.dev/step';

export type Step = 'bind' | 'probe' | 'copy' | 'convert';

export function stepLabel(step: Step): Record<string, string> {
  return { [STEP_LABEL]: step };
}
