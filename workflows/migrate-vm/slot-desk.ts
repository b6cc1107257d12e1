/** What a migration has asked `transferSlots` for, as data. */
import type { Want } from '../transfer-slots/decide';
import type { Measured } from '../transfer-slots/messages';

export interface SlotDesk {
  /** Asked for and not given back, by key. */
  asked: Map<string, AskedSlot>;
  /** To be said with the next signal: what is given back, with what it took, and whether to ask. */
  released: Map<string, Measured | null>;
  asks: boolean;
  /** What was last said of the source. */
  saidOff: boolean;
  /** The signal that is on its way. Another one before its end might overtake it. */
  sending: Promise<void> | null;
}

export interface AskedSlot {
  want: Want;
  /** ISO 8601. */
  since: string;
  isGranted: boolean;
  /** How long its copy or conversion took, in seconds; null where it has not ended well. */
  took: number | null;
}

export function newSlotDesk(): SlotDesk {
  return { asked: new Map(), released: new Map(), asks: false, saidOff: false, sending: null };
}
