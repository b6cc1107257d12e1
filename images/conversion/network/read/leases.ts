/** What DHCP clients remember: which address the card of a name had last. */
import { addressIn, cardName, type GuestFile, type NetworkFacts, noFacts } from '../facts';

/** Of dhclient: one block for each lease, and the card's name in each (dhclient.leases(5)). */
export function readDhclientLeases({ text }: GuestFile): NetworkFacts {
  return leases(
    text
      .split('}')
      .map((block) => [
        /\binterface\s+"([^"]+)"/.exec(block)?.[1],
        /\bfixed-address6?\s+([^\s;]+)/.exec(block)?.[1],
      ]),
  );
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
