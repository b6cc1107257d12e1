/**
 * How much `transferSlots` may keep: what it hands on to its next run must fit into one message of Temporal's, which has
 * at most 2 MiB. Beside the slots are limits, decisions and rates, of at most 270 KiB. Pure.
 */
import { bytesOf } from '../fit';
import type { HolderEvent, TellingAsk } from './messages';
import { toSaved } from './saved';
import type { Slots } from './state';

/** Bytes from which on nobody else may wait: some 15,000 disks. */
export const MOST_TO_WAIT = 1.5 * 2 ** 20;
/** Bytes from which on not even what a migration says that it holds is taken. Only lies come so far. */
export const MOST_TO_HOLD = 1.7 * 2 ** 20;
/** Of `MOST_TO_WAIT`: below it, those who were refused are asked to ask again. */
const ROOMY = 0.75;

/** Bytes of asks that are counted as they were said, which is more than they take. */
const VAGUE = 0.05 * MOST_TO_WAIT;

export interface Room {
  /** Never less than the slots take. */
  bytes: number;
  /** What they took when that was last measured. */
  measured: number;
  /** Whether something has left since. */
  isLess: boolean;
  /** Whether anyone was refused who has not been asked to ask again. */
  hasRefused: boolean;
}

export function roomOf(slots: Slots, hasRefused = false): Room {
  const bytes = bytesOf(toSaved(slots));
  return { bytes, measured: bytes, isLess: false, hasRefused };
}

/**
 * What is said, without what there is no room for. What is known already stays known, and stays as old. Whoever is refused asks
 * again by itself, as everyone does who waits; and is asked to, once there is room.
 */
export function admit(slots: Slots, room: Room, event: HolderEvent): HolderEvent {
  if (event.kind === 'ask') return admitAsk(slots, room, event);
  room.isLess = true;
  return event;
}

function admitAsk(slots: Slots, room: Room, ask: TellingAsk): TellingAsk {
  const requests = slots.holders.get(ask.holder.workflowId)?.requests;
  const fresh = ask.wants.filter(({ key }) => requests?.get(key) === undefined);
  if (fresh.length === 0) return ask;
  const bytes = bytesOf({ ...ask, wants: fresh });
  if (hasRoom(slots, room, { bytes, most: MOST_TO_WAIT })) {
    room.bytes += bytes;
    return ask;
  }
  const mayHold = hasRoom(slots, room, { bytes, most: MOST_TO_HOLD });
  const isKept = (key: string) => requests?.get(key) !== undefined || (mayHold && ask.held.includes(key));
  const wants = ask.wants.filter(({ key }) => isKept(key));
  if (wants.length < ask.wants.length) room.hasRefused = true;
  if (mayHold) room.bytes += bytes;
  return { ...ask, wants };
}

/** Measures only where that may change the answer: it takes as long as a hundred decisions. */
function hasRoom(slots: Slots, room: Room, { bytes, most }: { bytes: number; most: number }): boolean {
  const isVague = room.isLess || room.bytes - room.measured > VAGUE;
  if (room.bytes + bytes > most && isVague) measure(slots, room);
  return room.bytes + bytes <= most;
}

function measure(slots: Slots, room: Room): void {
  room.bytes = bytesOf(toSaved(slots));
  room.measured = room.bytes;
  room.isLess = false;
}

/** Whether those who were refused should ask again now; asked so once. */
export function hasRoomAgain(slots: Slots, room: Room): boolean {
  if (!room.hasRefused) return false;
  measure(slots, room);
  if (room.bytes > ROOMY * MOST_TO_WAIT) return false;
  room.hasRefused = false;
  return true;
}
