/** What VMware Tools report of a guest's cards, as policies look at it. */
import { expectedAddresses } from '../expected-addresses';
import type { SourceNic } from '../inventory';
import { startsTarget } from '../resolve/starts-target';
import { keptCards } from './of-cards';
import type { Subject } from './policy';

/** The cards whose network the guest is to keep; none where the plan does not itself ask for that. */
export function networkCards({ planned: { vm }, context: { networks, set } }: Subject): SourceNic[] {
  const { preserveStaticIPs, skipGuestConversion } = set.plan.spec;
  return preserveStaticIPs === true && !skipGuestConversion ? keptCards(vm, networks) : [];
}

export interface CardToProve {
  nic: SourceNic;
  /** That the target must have again; empty where none can be proven. */
  addresses: string[];
}

/** Null where the plan does not verify the target by its network, or the target stays off. */
export function cardsToProve({ planned, context: { networks, set } }: Subject): CardToProve[] | null {
  const { spec } = set.plan;
  if (spec.drover.verify.by !== 'network' || !startsTarget(planned, spec)) return null;
  return keptCards(planned.vm, networks).map((nic) => {
    const network = networks.get(nic.network.moref)!.network!;
    return { nic, addresses: expectedAddresses({ ...nic, network }) };
  });
}

export function isAddressed({ guest }: Pick<SourceNic, 'guest'>): boolean {
  return guest !== undefined && guest.addresses.length > 0;
}

export function namesOf(cards: readonly SourceNic[]): string {
  return cards.map(({ label }) => `"${label}"`).join(' and ');
}
