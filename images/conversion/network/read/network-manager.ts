/** Keyfiles of NetworkManager: `/etc/NetworkManager/system-connections` (nm-settings-keyfile(5)). */
import { type GuestFile, macIn, named, type NetworkFacts, noFacts, words } from '../facts';
import { readSections, valuesOf } from './sections';

const ETHERNET = ['ethernet', '802-3-ethernet'];

export function readKeyfile({ path, text }: GuestFile): NetworkFacts {
  const sections = readSections(text);
  const first = (names: string[], key: string) => valuesOf(sections, names, key)[0];
  const facts = noFacts();
  const name = first(['connection'], 'interface-name');
  if (!ETHERNET.includes(first(['connection'], 'type') ?? '')) {
    if (name !== undefined) facts.virtual.push(name);
    facts.named.push(...named(path, first(['vlan'], 'parent')));
    return facts;
  }
  const mac = macIn(first(ETHERNET, 'mac-address'));
  const addresses = valuesOf(sections, ['ipv4', 'ipv6'], /^address(es)?\d*$/).flatMap((value) =>
    value.split(';'),
  );
  const matched = words(first(['match'], 'interface-name')?.replaceAll(';', ' '));
  for (const one of name === undefined ? matched : [name])
    facts.named.push(...named(path, one, { mac, addresses }));
  return facts;
}
