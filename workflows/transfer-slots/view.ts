/** What anyone may see of who holds what, and who waits. Pure. */
import type { Rates } from './learnt';
import type { RateView, SlotsView } from './messages';
import { rangeAround, secondsOf } from './rates';
import { isWaiting, type Slots } from './state';

/** Of more, the first: an answer stays far below what Temporal takes as one message. */
const MOST_SHOWN = 500;

export function viewOf({ holders }: Slots): SlotsView {
  const shown = [...holders.values()].slice(0, MOST_SHOWN).map(({ workflowId, requests }) => {
    const all = [...requests.values()];
    return {
      workflowId,
      waiting: all.filter(isWaiting).map(({ key }) => key),
      held: all.filter((request) => !isWaiting(request)).map(({ key }) => key),
    };
  });
  return { holders: shown, holdersInAll: holders.size };
}

/** By kind of work and place. */
export function viewOfRates(rates: Rates): RateView[] {
  return [...rates].map(([of, rate]) => {
    const { low, high } = rangeAround(rate, secondsOf(rate, 1));
    return { of, low: 1 / high, likely: 1 / secondsOf(rate, 1), high: 1 / low };
  });
}
