/** What one run of `transferSlots` knows. */
import type { Rates } from './learnt';
import type { LimitDecision } from './limits';
import { decide, type Grant, type SlotEvent } from './decide';
import type { Limits } from './resources';
import type { Room } from './room';
import type { Slots } from './state';

export interface Coordinator {
  slots: Slots;
  /** Grants that nobody has been told of yet. */
  grants: Grant[];
  /** How fast copies went so far. */
  rates: Rates;
  room: Room;
  /** When migrations that have ended are looked for next, in epoch seconds; and how far those who only wait were looked for. */
  lookAt: number;
  looked: number;
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

export function happen({ slots, room, grants }: Coordinator, event: SlotEvent): void {
  if (event.kind === 'gone') room.isLess = true;
  grants.push(...decide(slots, event, nowSeconds()));
}
