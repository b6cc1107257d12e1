/** What a Pod or Job of ours is for, as a label. */
export const STEP_LABEL = 'drover.dev/step';

export type Step = 'bind' | 'probe' | 'copy' | 'convert' | 'hook';

/** The container in which a Pod of a step does its work. */
export const STEP_CONTAINERS = {
  bind: 'binder',
  probe: 'probe',
  copy: 'plugin',
  convert: 'convert',
  hook: 'hook',
} as const satisfies Record<Step, string>;

export function stepLabel(step: Step): Record<string, string> {
  return { [STEP_LABEL]: step };
}
