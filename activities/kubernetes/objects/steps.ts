import type { ApiObject } from '../api/kinds';

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

/**
 * Whether Drover made a Pod or a Job, and no controller that copies labels: CDI 1.66 puts a claim's labels on the importer
 * Pod, the VM's and the disk's among them. Claims have no step.
 */
export function isOfStep({ metadata }: ApiObject): boolean {
  return metadata?.labels?.[STEP_LABEL] !== undefined;
}
