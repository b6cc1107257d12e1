/** What one run of `transferSlots` knows. */
import type { Rates } from './learnt';
import type { LimitDecision } from './limits';
import { decide, type Grant, type SlotEvent } from './decide';
import type { Limits } from './resources';
import type { Slots } from './state';

export interface Coordinator {
  slots: Slots;
  /** Grants that nobody has been told of yet. */
  grants: Grant[];
  /** How fast copies went so far. */
  rates: Rates;
  /** Epoch seconds. */
  lookAt: number;
  /** What operators want. Until `isOpen` nothing is granted, whatever they want; null: not known yet. */
  limits: Limits | null;
  isOpen: boolean;
  decisions: LimitDecision[];
  /** That limits of before may be lost. */
  note: string | null;
}

/** Whole seconds since the epoch. */
export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

export function happen({ slots, grants }: Coordinator, event: SlotEvent): void {
  grants.push(...decide(slots, event, nowSeconds()));
}
