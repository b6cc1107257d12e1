/**
 * `ifcfg-NAME`: of Red Hat's initscripts and NetworkManager (`/etc/sysconfig/network-scripts`), and of SUSE's wicked
 * (`/etc/sysconfig/network`, ifcfg(5)). Shell assignments, which nobody runs here.
 */
import {
  cardName,
  type GuestFile,
  isWiredName,
  macIn,
  named,
  type NetworkFacts,
  noFacts,
  words,
} from '../facts';

/** `TYPE` of what is no card. */
const VIRTUAL_TYPES = new Set([
  'bond',
  'bridge',
  'team',
  'vlan',
  'ovsbridge',
  'ovsbond',
  'ipip',
  'gre',
  'sit',
  'dummy',
]);
const VIRTUAL_KEYS = [
  'BONDING_OPTS',
  'BONDING_MODULE_OPTS',
  'BRIDGE_PORTS',
  'ETHERDEVICE',
  'PHYSDEV',
  'TEAM_CONFIG',
  'TUNNEL',
];

export function readIfcfg({ path, text }: GuestFile): NetworkFacts {
  const says = readAssignments(text);
  const facts = noFacts();
  const ownName = /\/ifcfg-([^/]+)$/.exec(path)?.[1] ?? '';
  const mac = macIn(says.get('HWADDR'));
  const name = says.get('DEVICE') ?? (mac === null && isForCard(path, ownName) ? ownName : undefined);
  facts.named.push(...partsOf(says).flatMap((part) => named(path, part)));
  if (isVirtual(says, name ?? '')) {
    facts.virtual.push(name ?? ownName);
    facts.named.push(...(/\.\d+$/.test(name ?? '') ? named(path, name) : []));
    return facts;
  }
  const addresses = [...says]
    .filter(([key]) => /^(IPADDR|IPV6ADDR)/.test(key))
    .flatMap(([, value]) => words(value));
  facts.named.push(...named(path, name, { mac, addresses }));
  return facts;
}

/**
 * SUSE's files are named for their card. Red Hat's are named for a connection, which may be called as its card is. Without a name
 * of a card in it, such a file means the card of its MAC address, or any.
 */
function isForCard(path: string, ownName: string): boolean {
  return path.startsWith('/etc/sysconfig/network/') || isWiredName(cardName(ownName) ?? '');
}

function isVirtual(says: ReadonlyMap<string, string>, name: string): boolean {
  const yes = (key: string) => /^(yes|true|1)$/i.test(says.get(key) ?? '');
  return (
    VIRTUAL_TYPES.has((says.get('TYPE') ?? '').toLowerCase()) ||
    VIRTUAL_KEYS.some((key) => says.has(key)) ||
    yes('VLAN') ||
    yes('BONDING_MASTER') ||
    // In Red Hat's files BRIDGE names the bridge of a port.
    yes('BRIDGE') ||
    /\.\d+$/.test(name)
  );
}

/** Cards that a bond, a bridge or a VLAN is made of. */
function partsOf(says: ReadonlyMap<string, string>): string[] {
  return [...says].flatMap(([key, value]) =>
    /^(BONDING_SLAVE_?\d+|BRIDGE_PORTS|ETHERDEVICE|PHYSDEV)$/.test(key) ? words(value) : [],
  );
}

function readAssignments(text: string): Map<string, string> {
  const found = [
    ...text.matchAll(/^[ \t]*(?:export[ \t]+)?([A-Za-z0-9_]+)=(?:"([^"\n]*)"|'([^'\n]*)'|([^\s#;]*))/gm),
  ];
  return new Map(found.map(([, key = '', double, single, bare]) => [key, double ?? single ?? bare ?? '']));
}
