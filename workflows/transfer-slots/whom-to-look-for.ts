/** Which holders are asked after in one look. Pure. */
import type { HolderId } from './decide';
import { isWaiting, type Slots } from './state';

/** Of those who only wait, so many in one look: 10,000 within a quarter of an hour. */
const MOST_WAITING = 500;

/**
 * All that hold anything: others wait for their slots. Those who only wait keep nothing from anybody, and whether they live
 * shows when they are granted something; some of them are looked for each time, so that none is kept for ever.
 * @param looked from `next` of the look before
 */
export function whomToLookFor(slots: Slots, looked: number): { holders: HolderId[]; next: number } {
  const holding: HolderId[] = [];
  const waiting: HolderId[] = [];
  for (const { workflowId, runId, requests } of slots.holders.values()) {
    const holds = [...requests.values()].some((request) => !isWaiting(request));
    (holds ? holding : waiting).push({ workflowId, runId });
  }
  const from = looked < waiting.length ? looked : 0;
  return { holders: [...holding, ...waiting.slice(from, from + MOST_WAITING)], next: from + MOST_WAITING };
}
