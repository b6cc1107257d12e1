/** Files of guests, which the conversion reads: whatever they hold, no rule says more than a name of a card. */
import { bindNames } from '../../images/conversion/network/bind-names';
import { nameRules } from '../../images/conversion/network/name-rules';
import { isRead, readFacts } from '../../images/conversion/network/systems';
import { eachOf, texts } from './support/corpus';
import { fuzz } from './support/fuzz';
import { garbled } from './support/mutations';

/** One file of each form. */
const PATHS = [
  '/etc/network/interfaces',
  '/etc/netplan/01-netcfg.yaml',
  '/etc/NetworkManager/system-connections/lan.nmconnection',
  '/etc/systemd/network/10-lan.network',
  '/etc/systemd/network/10-lan.netdev',
  '/etc/systemd/network/10-lan.link',
  '/etc/sysconfig/network-scripts/ifcfg-ens192',
  '/etc/udev/rules.d/70-persistent-net.rules',
  '/var/lib/dhcp/dhclient.leases',
  '/var/lib/NetworkManager/internal-c7d1b3c4-2a1d-3f0b-9a1e-51b0a7c5c001-ens192.lease',
  '/var/lib/wicked/lease-ens192-dhcp-ipv4.xml',
];

const CARDS = ['00:50:56:9a:00:01', '00:50:56:9a:00:02'].map((mac, index) => ({
  mac,
  pciSlot: 192 + 32 * index,
  addresses: [{ address: `192.0.2.1${index}`, prefix: 24 }],
  gateways: [],
  nameServers: [],
}));

const RULE =
  /^SUBSYSTEM=="net", ACTION=="add", DRIVERS=="\?\*", ATTR\{address\}=="00:50:56:9a:00:0[12]", ATTR\{type\}=="1", NAME="[\w-]{1,15}"$/;

function guestFiles(text: string): void {
  expect(PATHS.filter((path) => !isRead(path))).toEqual([]);
  for (const paths of [...PATHS.map((path) => [path]), PATHS]) {
    const facts = readFacts(paths.map((path) => ({ path, text })));
    const { bindings, open } = bindNames(facts, { cards: CARDS, someLeftOut: false });
    const rules = nameRules(bindings).split('\n');
    for (const line of rules) expect(line === '' || line.startsWith('# ') || RULE.test(line)).toBe(true);
    expect(rules.filter((line) => RULE.test(line))).toHaveLength(bindings.length);
    expect(new Set(bindings.map(({ mac }) => mac)).size).toBe(bindings.length);
    for (const { name } of open) expect(name).toMatch(/^[\w-]{1,15}$/);
  }
}

eachOf('guest-files', guestFiles);
fuzz(
  'whatever files a guest has, a rule binds one name to one card',
  garbled(texts('guest-files')),
  guestFiles,
);
