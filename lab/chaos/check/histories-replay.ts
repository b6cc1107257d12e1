/** The workflows' code would do again what every history says. */
import type { Check } from './facts';

export const historiesReplay: Check = ({ replays }) =>
  replays
    .filter(({ verdict }) => verdict !== 'same')
    .map(({ workflowId, verdict, why }) => ({
      promise: 'every history replays',
      about: workflowId,
      at: null,
      what: `${verdict}: ${why ?? 'no reason given'}`,
    }));
