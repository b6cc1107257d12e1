/**
 * Which names of cards have to be bound to which MAC addresses, so that a guest finds its cards on another bus.
 *
 * Only names that a file uses are bound, and only to a card that something proves. Where the guest binds a MAC address to a
 * name itself, that stays.
 */
import { addressIn, cardName, isWiredName, type Lease, type NamedCard, type NetworkFacts } from './facts';
import type { KeptCard } from './kept-network';

/** What shows which card a name means: the strongest first. */
const EVIDENCE = {
  mac: 'a file has both',
  address: 'its static address',
  lease: 'the address that DHCP gave it',
  slot: 'its PCI slot',
  last: 'no other card and no other name is left',
} as const;

type Evidence = keyof typeof EVIDENCE;

export interface Binding {
  name: string;
  mac: string;
  /** The file that uses the name. */
  file: string;
  why: string;
}

export interface Bindings {
  bindings: Binding[];
  /** Names that files use, and of which nothing shows the card. */
  open: { name: string; file: string }[];
}

/** What is known of the cards. */
export interface Cards {
  cards: readonly KeptCard[];
  /** The source has more cards than the target: a name that is left may be one of those. */
  someLeftOut: boolean;
}

export function bindNames(facts: NetworkFacts, { cards, someLeftOut }: Cards): Bindings {
  const wanted = wantedNames(facts);
  const taken = new Set(facts.bound.map(({ mac }) => mac));
  const bindings: Binding[] = [];
  const openNames = () => [...wanted.keys()].filter((name) => !bindings.some((one) => one.name === name));
  const openCards = () => cards.filter(({ mac }) => !taken.has(mac));
  const bind = (name: string, mac: string, why: Evidence) => {
    taken.add(mac);
    bindings.push({ name, mac, file: wanted.get(name)?.[0]?.file ?? '', why: EVIDENCE[why] });
  };
  for (const kind of ['mac', 'address', 'lease', 'slot'] as const) {
    const meant = openNames().map((name) => {
      const found = openCards().filter((card) => isMeant(kind, wanted.get(name) ?? [], card, facts.leases));
      return { name, macs: found.map(({ mac }) => mac) };
    });
    for (const { name, macs } of meant) {
      const [mac] = macs;
      const rivals = meant.filter((other) => mac !== undefined && other.macs.includes(mac));
      if (mac !== undefined && macs.length === 1 && rivals.length === 1) bind(name, mac, kind);
    }
  }
  const [[name, ...otherNames], [card, ...otherCards]] = [openNames(), openCards()];
  const isLast = otherNames.length === 0 && otherCards.length === 0 && !someLeftOut;
  if (isLast && name !== undefined && card !== undefined && isWiredName(name)) bind(name, card.mac, 'last');
  return {
    bindings,
    open: openNames().map((one) => ({ name: one, file: wanted.get(one)?.[0]?.file ?? '' })),
  };
}

/** Names of cards that files use and nothing binds yet, with where they are used. */
function wantedNames({ bound, named, virtual }: NetworkFacts): Map<string, NamedCard[]> {
  const done = new Set([
    ...bound.map(({ name }) => name),
    ...virtual.filter((name) => cardName(name) === name),
  ]);
  const wanted = new Map<string, NamedCard[]>();
  for (const use of named) {
    if (done.has(use.name)) continue;
    const uses = wanted.get(use.name);
    if (uses === undefined) wanted.set(use.name, [use]);
    else uses.push(use);
  }
  return wanted;
}

/** Whether this evidence shows that the uses of a name mean the card. */
function isMeant(
  kind: Exclude<Evidence, 'last'>,
  uses: readonly NamedCard[],
  card: KeptCard,
  leases: readonly Lease[],
): boolean {
  const has = (address: string) => card.addresses.some((one) => addressIn(one.address) === address);
  switch (kind) {
    case 'mac':
      return uses.some(({ mac }) => mac === card.mac);
    case 'address':
      return uses.some(({ addresses }) => addresses.some(has));
    case 'lease':
      return leases.some(({ name, address }) => name === uses[0]?.name && has(address));
    case 'slot':
      return card.pciSlot !== null && uses[0]?.name === slotName(card.pciSlot);
  }
}

/** vSphere's firmware counts functions of one slot in steps of 1024: 192 is `ens192`, 1184 is `ens161`. */
function slotName(pciSlot: number): string {
  return `ens${(pciSlot % 1024) + Math.floor(pciSlot / 1024)}`;
}
