/** Files of systemd-networkd and of systemd's links: `/etc/systemd/network` (systemd.network(5), .netdev(5), .link(5)). */
import { type GuestFile, macIn, named, type NetworkFacts, noFacts, words } from '../facts';
import { readSections, valuesOf } from './sections';

export function readNetworkd({ path, text }: GuestFile): NetworkFacts {
  const sections = readSections(text);
  const facts = noFacts();
  const macs = valuesOf(sections, ['Match'], /^(Permanent)?MACAddress$/)
    .flatMap(words)
    .flatMap((word) => macIn(word) ?? []);
  if (path.endsWith('.netdev')) facts.virtual.push(...valuesOf(sections, ['NetDev'], 'Name'));
  if (path.endsWith('.link')) {
    const [name] = valuesOf(sections, ['Link'], 'Name');
    if (name !== undefined) facts.bound.push(...macs.map((mac) => ({ name, mac })));
  }
  if (path.endsWith('.network')) {
    const addresses = valuesOf(sections, ['Network', 'Address'], 'Address');
    // Without a name a MAC address alone says which card is meant, and stays.
    const names = valuesOf(sections, ['Match'], 'Name').flatMap(words);
    facts.named.push(...names.flatMap((name) => named(path, name, { mac: macs[0] ?? null, addresses })));
  }
  return facts;
}
