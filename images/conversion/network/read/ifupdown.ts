/** `/etc/network/interfaces` and what is beside it: Debian's ifupdown (interfaces(5)). */
import { type GuestFile, named, type NetworkFacts, noFacts, words } from '../facts';

interface Stanza {
  name: string;
  options: [key: string, value: string][];
}

const PARTS = /^(bond[-_]slaves|slaves|bridge[-_]ports|vlan[-_]raw[-_]device)$/;
const VIRTUAL = /^(bond[-_]|bridge[-_]|vlan[-_]raw[-_]device$|slaves$)/;
/** A port of a bond says so, and is a card nevertheless. */
const OF_A_PORT = /^bond[-_](master|primary)$/;
const NO_PART = new Set(['none', 'all', 'regex']);

export function readIfupdown({ path, text }: GuestFile): NetworkFacts {
  const facts = noFacts();
  for (const { name, options } of readStanzas(text)) {
    const parts = options.filter(([key]) => PARTS.test(key)).flatMap(([, value]) => words(value));
    facts.named.push(...parts.filter((part) => !NO_PART.has(part)).flatMap((part) => named(path, part)));
    const isVirtual = options.some(([key]) => VIRTUAL.test(key) && !OF_A_PORT.test(key));
    if (isVirtual) facts.virtual.push(name);
    const addresses = options.filter(([key]) => key === 'address').map(([, value]) => value);
    const isVlan = /\.\d+$/.test(name);
    if (!isVirtual || isVlan) facts.named.push(...named(path, name, isVlan ? {} : { addresses }));
  }
  return facts;
}

function readStanzas(text: string): Stanza[] {
  const stanzas: Stanza[] = [];
  let open: Stanza | null = null;
  for (const line of text.replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const [key = '', ...rest] = line.trim().split(/\s+/);
    if (key === '' || key.startsWith('#')) continue;
    if (key === 'iface') stanzas.push((open = { name: rest[0] ?? '', options: [] }));
    else if (/^(auto|allow-\S+|mapping|source|source-directory|no-auto-down|no-scripts|template)$/.test(key))
      open = null;
    else open?.options.push([key, rest.join(' ')]);
  }
  return stanzas;
}
