/** What DHCP clients remember: which address the card of a name had last. */
import { addressIn, cardName, type GuestFile, type NetworkFacts, noFacts } from '../facts';

/**
 * Of dhclient: one block for each lease, and the card's name in each (dhclient.leases(5)). It appends: of one card the last lease
 * counts, as an earlier address may be another card's by now.
 */
export function readDhclientLeases({ text }: GuestFile): NetworkFacts {
  const last = new Map<string, [name: string | undefined, address: string | undefined]>();
  for (const block of text.split('}')) {
    const name = /\binterface\s+"([^"]+)"/.exec(block)?.[1];
    const [, family, address] = /\bfixed-address(6?)\s+([^\s;]+)/.exec(block) ?? [];
    if (address !== undefined) last.set(`${family} ${name}`, [name, address]);
  }
  return leases([...last.values()]);
}

/** Of NetworkManager's own client: `internal-UUID-ens192.lease`. */
export function readInternalLease({ path, text }: GuestFile): NetworkFacts {
  const name = /\/internal-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-([^/]+)\.lease$/.exec(path)?.[1];
  return leases([[name, /^ADDRESS=(\S+)/m.exec(text)?.[1]]]);
}

/** Of wicked: `lease-ens192-dhcp-ipv4.xml`. */
export function readWickedLease({ path, text }: GuestFile): NetworkFacts {
  const name = /\/lease-([^/]+)-dhcp-ipv[46]\.xml$/.exec(path)?.[1];
  return leases([[name, /<address>([^<]+)<\/address>/.exec(text)?.[1]]]);
}

function leases(found: [name: string | undefined, address: string | undefined][]): NetworkFacts {
  const known = found.flatMap(([said, given]) => {
    const [name, address] = [cardName(said ?? ''), addressIn(given ?? '')];
    return name === null || address === null ? [] : [{ name, address }];
  });
  return { ...noFacts(), leases: known };
}
