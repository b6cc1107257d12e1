/**
 * What VMware Tools report of a guest's network.
 *
 * The guest has Tools report what it likes. So all of it is bounded here, and addresses are addresses and nothing else.
 */
import { z } from 'zod';

/** Of one card. */
export const MOST_ADDRESSES = 16;
/** Default routes of one card: one for each family, and a spare one each. */
export const MOST_GATEWAYS = 4;
export const MOST_NAME_SERVERS = 6;

/**
 * By a copy of zod's own expression: a check writes to its expression, and the SDK freezes zod's (see `workflows/inputs.ts`).
 */
const ipv4Schema = z.string().regex(new RegExp(z.regexes.ipv4), 'give an IPv4 address');

/** An IPv4 or IPv6 address without a zone. */
export const ipSchema = z.union([ipv4Schema, z.ipv6()]);

const guestAddressSchema = z.object({
  address: ipSchema,
  /** Length of the network's prefix, in bits. */
  prefix: z.number().int().min(0).max(128),
  /** Who gave it to the card. Absent: Tools do not say, as those of Linux. */
  by: z.enum(['static', 'dhcp']).optional(),
});

/** Link-local addresses, which a card gives itself, are not among them. */
export const guestCardSchema = z.object({
  addresses: z.array(guestAddressSchema).max(MOST_ADDRESSES),
  gateways: z.array(ipSchema).max(MOST_GATEWAYS),
  nameServers: z.array(ipSchema).max(MOST_NAME_SERVERS),
});

/**
 * vSphere's `pciSlotNumber`. The guest's firmware says it, too, and Linux names a card after it: 192 is `ens192`, and
 * 1184 (function 1 of slot 160) is `ens161`.
 */
export const pciSlotSchema = z.number().int().min(0).max(65_535);

export type GuestAddress = z.infer<typeof guestAddressSchema>;
export type GuestCard = z.infer<typeof guestCardSchema>;
