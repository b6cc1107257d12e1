/** The loopback address at which this machine reaches a guest: each instance has its own. */
import { createHash } from 'node:crypto';

/** The guest agent's channel on that address; nothing of a guest listens here. */
export const AGENT_PORT = 45_454;

/** 127.0.0.0/8 without 127.0.0.0/16, where other programs of this machine listen. */
export function guestAddress(instanceUid: string): string {
  const [a = 0, b = 0, c = 0] = createHash('sha256').update(instanceUid).digest();
  return ['127', 1 + (a % 254), b, 1 + (c % 254)].join('.');
}
