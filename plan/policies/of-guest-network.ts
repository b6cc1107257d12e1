/** What VMware Tools report of a guest's cards, as policies look at it. */
import type { SourceNic } from '../inventory';
import { keptCards } from './of-cards';
import type { Subject } from './policy';

/** The cards whose network the guest is to keep; none where the plan does not itself ask for that. */
export function networkCards({ planned: { vm }, context: { networks, set } }: Subject): SourceNic[] {
  const { preserveStaticIPs, skipGuestConversion } = set.plan.spec;
  return preserveStaticIPs === true && !skipGuestConversion ? keptCards(vm, networks) : [];
}

export function isAddressed({ guest }: Pick<SourceNic, 'guest'>): boolean {
  return guest !== undefined && guest.addresses.length > 0;
}

export function namesOf(cards: readonly SourceNic[]): string {
  return cards.map(({ label }) => `"${label}"`).join(' and ');
}
