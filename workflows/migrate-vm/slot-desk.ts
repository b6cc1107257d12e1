/** What a migration has asked `transferSlots` for, as data. */
import type { Want } from '../transfer-slots/decide';

export interface SlotDesk {
  /** Asked for and not given back, by key. */
  asked: Map<string, AskedSlot>;
  /** To be said with the next signal: what is given back, and whether to ask. */
  released: Set<string>;
  asks: boolean;
  /** What was last said of the source. */
  saidOff: boolean;
  /** The signal that is on its way. Another one before its end might overtake it. */
  sending: Promise<void> | null;
}

interface AskedSlot {
  want: Want;
  /** ISO 8601. */
  since: string;
  isGranted: boolean;
}

export function newSlotDesk(): SlotDesk {
  return { asked: new Map(), released: new Set(), asks: false, saidOff: false, sending: null };
}
