/** Loopback addresses at which this machine reaches guests and bridges of the lab: each has its own. */
import { createHash } from 'node:crypto';

/** The guest agent's channel on a guest's address; nothing of a guest listens here. */
export const AGENT_PORT = 45_454;
/** Where a bridge takes the cards of guests, on its address. */
export const BRIDGE_PORT = 45_455;

export function guestAddress(instanceUid: string): string {
  return loopbackAddress(instanceUid);
}

/** Of the bridge that belongs to a NetworkAttachmentDefinition. */
export function bridgeAddress(definitionUid: string): string {
  return loopbackAddress(definitionUid);
}

/** 127.0.0.0/8 without 127.0.0.0/16, where other programs of this machine listen. */
function loopbackAddress(uid: string): string {
  const [a = 0, b = 0, c = 0] = createHash('sha256').update(uid).digest();
  return ['127', 1 + (a % 254), b, 1 + (c % 254)].join('.');
}
