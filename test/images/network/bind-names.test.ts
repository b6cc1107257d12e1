/** Files as the installers and tools of distributions write them, and which names of cards are bound because of them. */
import { bindNames, type Bindings } from '../../../images/conversion/network/bind-names';
import type { KeptCard } from '../../../images/conversion/network/kept-network';
import { isRead, readFacts } from '../../../images/conversion/network/systems';

const MACS = ['00:50:56:9a:00:01', '00:50:56:9a:00:02'] as const;

function card(index: 0 | 1, changes: Partial<KeptCard> = {}): KeptCard {
  return { mac: MACS[index], pciSlot: null, addresses: [], gateways: [], nameServers: [], ...changes };
}

const at = (address: string) => ({ addresses: [{ address, prefix: 24 }] });
/** The first card has this address, the second one another. */
const CARDS = [card(0, at('192.0.2.10')), card(1, at('198.51.100.7'))];

function bind(
  files: Record<string, string>,
  cards: readonly KeptCard[] = CARDS,
  someLeftOut = false,
): Bindings {
  const read = Object.entries(files).map(([path, text]) => ({ path, text }));
  expect(read.filter(({ path }) => !isRead(path))).toEqual([]);
  return bindNames(readFacts(read), { cards, someLeftOut });
}

/** `ens192=1 ens224=2`: which name belongs to which card, counted from one. */
function boundBy(...args: Parameters<typeof bind>): string {
  const { bindings } = bind(...args);
  return bindings
    .map(({ mac, name }) => `${name}=${MACS.findIndex((one) => one === mac) + 1}`)
    .sort()
    .join(' ');
}

describe('a static address shows which card a name means:', () => {
  const KEYFILE = `[connection]
id=ens192
uuid=c7d1b3c4-2a1d-3f0b-9a1e-51b0a7c5c001
type=ethernet
interface-name=ens192

[ethernet]

[ipv4]
address1=192.0.2.10/24,192.0.2.1
dns=192.0.2.53;
method=manual

[ipv6]
addr-gen-mode=eui64
method=auto
`;
  test.each<[string, Record<string, string>]>([
    [
      'ifupdown',
      {
        '/etc/network/interfaces': `# This file describes the network interfaces available on your system
source /etc/network/interfaces.d/*

auto lo
iface lo inet loopback

# The primary network interface
allow-hotplug ens192
iface ens192 inet static
	address 192.0.2.10/24
	gateway 192.0.2.1
	# dns-* options are implemented by the resolvconf package, if installed
	dns-nameservers 192.0.2.53
`,
      },
    ],
    [
      'ifupdown with a netmask',
      {
        '/etc/network/interfaces.d/ens192':
          'auto ens192\niface ens192 inet static\n  address 192.0.2.10\n  netmask 255.255.255.0\n',
      },
    ],
    [
      'netplan',
      {
        '/etc/netplan/00-installer-config.yaml': `# This is the network config written by 'subiquity'
network:
  ethernets:
    ens192:
      addresses:
      - 192.0.2.10/24
      nameservers:
        addresses: [192.0.2.53]
      routes:
      - to: default
        via: 192.0.2.1
  version: 2
`,
      },
    ],
    ['NetworkManager', { '/etc/NetworkManager/system-connections/ens192.nmconnection': KEYFILE }],
    [
      'networkd',
      {
        '/etc/systemd/network/10-static.network':
          '[Match]\nName=ens192\n\n[Network]\nAddress=192.0.2.10/24\nGateway=192.0.2.1\nDNS=192.0.2.53\n',
      },
    ],
    [
      "Red Hat's ifcfg",
      {
        '/etc/sysconfig/network-scripts/ifcfg-ens192': `TYPE=Ethernet
PROXY_METHOD=none
BOOTPROTO=none
NAME=ens192
UUID=8c4b3b4a-9d3a-4f5d-8e6b-000000000001
DEVICE=ens192
ONBOOT=yes
IPADDR=192.0.2.10
PREFIX=24
GATEWAY=192.0.2.1
`,
      },
    ],
    [
      "SUSE's wicked",
      {
        '/etc/sysconfig/network/ifcfg-ens192':
          "BOOTPROTO='static'\nSTARTMODE='auto'\nIPADDR='192.0.2.10/24'\nZONE=''\n",
      },
    ],
  ])('%s', (_, files) => {
    expect(boundBy(files)).toBe('ens192=1');
  });

  test('IPv6, however it is written', () => {
    const interfaces = 'iface ens192 inet6 static\n  address 2001:0DB8::0010\n  netmask 64\n';
    expect(boundBy({ '/etc/network/interfaces': interfaces }, [card(0, at('2001:db8::10')), card(1)])).toBe(
      'ens192=1',
    );
  });
});

describe('a card with DHCP is known', () => {
  const DHCP = { '/etc/network/interfaces': 'auto ens192\niface ens192 inet dhcp\n' };

  test.each<[string, string, string]>([
    [
      'dhclient',
      '/var/lib/dhcp/dhclient.ens192.leases',
      'lease {\n  interface "ens192";\n  fixed-address 198.51.100.7;\n  option subnet-mask 255.255.255.0;\n  renew 2 2026/03/03 11:00:00;\n}\n',
    ],
    [
      'NetworkManager',
      '/var/lib/NetworkManager/internal-c7d1b3c4-2a1d-3f0b-9a1e-51b0a7c5c001-ens192.lease',
      '# This is private data. Do not parse.\nADDRESS=198.51.100.7\nNETMASK=255.255.255.0\n',
    ],
    [
      'wicked',
      '/var/lib/wicked/lease-ens192-dhcp-ipv4.xml',
      '<lease>\n  <family>ipv4</family>\n  <ipv4:dhcp>\n    <address>198.51.100.7</address>\n  </ipv4:dhcp>\n</lease>\n',
    ],
  ])('by what %s remembers', (_, path, lease) => {
    expect(boundBy({ ...DHCP, [path]: lease })).toBe('ens192=2');
  });

  test.each([
    ['ens192', 192],
    ['ens224', 224],
    ['ens161', 1184],
    ['ens33', 33],
  ])('by its slot: %s is %d', (name, pciSlot) => {
    const files = { '/etc/network/interfaces': `iface ${name} inet dhcp\n` };
    expect(boundBy(files, [card(0, { pciSlot: 256 }), card(1, { pciSlot })])).toBe(`${name}=2`);
  });

  test('because there is no other card and no other name', () => {
    const files = { '/etc/network/interfaces': 'auto eth0\niface eth0 inet dhcp\n' };
    expect(boundBy(files, [card(0)])).toBe('eth0=1');
    expect(boundBy(files, [card(0), card(1)])).toBe('');
    expect(boundBy(files, [card(0)], true)).toBe('');
  });

  test('by its last lease: an earlier one may be the address of another card by now', () => {
    const lease = (address: string) => `lease {\n  interface "ens192";\n  fixed-address ${address};\n}\n`;
    const leases = `${lease('192.0.2.10')}${lease('198.51.100.7')}`;
    expect(boundBy({ ...DHCP, '/var/lib/dhcp/dhclient.leases': leases })).toBe('ens192=2');
  });
});

describe('a name that is left is bound to the card that is left only if it is one of a card', () => {
  const named = (name: string) => ({ '/etc/network/interfaces': `iface ${name} inet dhcp\n` });

  test.each(['eth0', 'ens192', 'eno1', 'enp11s0', 'enp0s3f1', 'enx00505600aa01', 'em1', 'p2p1', 'ens160np0'])(
    'as %s',
    (name) => expect(boundBy(named(name), [card(0)])).toBe(`${name}=1`),
  );

  test.each(['wlan0', 'docker0', 'tun0', 'ppp0', 'virbr0', 'lan', 'end', 'usb0'])(
    'and %s is none',
    (name) => {
      expect(bind(named(name), [card(0)])).toMatchObject({ bindings: [], open: [{ name }] });
    },
  );

  test('the name of a connection in the name of its file is none, either', () => {
    const file = (name: string) => `/etc/sysconfig/network-scripts/ifcfg-${name}`;
    const dhcp = 'TYPE=Ethernet\nBOOTPROTO=dhcp\nONBOOT=yes\n';
    expect(bind({ [file('office')]: dhcp }, [card(0)])).toEqual({ bindings: [], open: [] });
    expect(boundBy({ [file('eth0')]: dhcp }, [card(0)])).toBe('eth0=1');
    const fixed = { [file('office')]: `${dhcp}IPADDR=192.0.2.10\n` };
    expect(bind(fixed)).toEqual({ bindings: [], open: [] });
  });
});

describe('a MAC address beside the name', () => {
  test('shows the card, and the name has to be bound: both must be right', () => {
    const ifcfg = 'TYPE=Ethernet\nBOOTPROTO=dhcp\nDEVICE=eth7\nHWADDR=00:50:56:9A:00:02\nONBOOT=yes\n';
    expect(boundBy({ '/etc/sysconfig/network-scripts/ifcfg-eth7': ifcfg })).toBe('eth7=2');
    const keyfile = `[connection]\ntype=ethernet\ninterface-name=lan\n[ethernet]\nmac-address=${MACS[1]}\n`;
    expect(boundBy({ '/etc/NetworkManager/system-connections/lan': keyfile })).toBe('lan=2');
  });

  test('without a name is all that the system needs', () => {
    const files = {
      '/etc/sysconfig/network-scripts/ifcfg-lan': `HWADDR=${MACS[0]}\nBOOTPROTO=dhcp\n`,
      '/etc/NetworkManager/system-connections/lan': `[connection]\ntype=ethernet\n[ethernet]\nmac-address=${MACS[1]}\n`,
      '/etc/systemd/network/lan.network': `[Match]\nMACAddress=${MACS[0]}\n[Network]\nDHCP=yes\n`,
      '/etc/netplan/lan.yaml': `network:\n  ethernets:\n    lan:\n      match: {macaddress: "${MACS[1]}"}\n      dhcp4: true\n`,
    };
    expect(bind(files)).toEqual({ bindings: [], open: [] });
  });
});

describe('what an administrator or the system has bound stays:', () => {
  const INTERFACES = 'iface lan0 inet static\n  address 192.0.2.10/24\n';

  test.each<[string, string, string]>([
    [
      'a rule of udev',
      '/etc/udev/rules.d/10-lan.rules',
      `SUBSYSTEM=="net", ACTION=="add", ATTR{address}=="${MACS[0]}", NAME="lan0"\n`,
    ],
    [
      "RHEL 6's generated rules",
      '/etc/udev/rules.d/70-persistent-net.rules',
      `# PCI device 0x15ad:0x07b0 (vmxnet3)\nSUBSYSTEM=="net", ACTION=="add", DRIVERS=="?*", ATTR{address}=="${MACS[0]}", ATTR{type}=="1", KERNEL=="eth*", NAME="lan0"\n`,
    ],
    [
      "systemd's link",
      '/etc/systemd/network/10-lan0.link',
      `[Match]\nMACAddress=${MACS[0]}\n\n[Link]\nName=lan0\n`,
    ],
    [
      "cloud-init's netplan",
      '/etc/netplan/50-cloud-init.yaml',
      `network:\n    version: 2\n    ethernets:\n        lan0:\n            dhcp4: true\n            match:\n                macaddress: ${MACS[0]}\n            set-name: lan0\n`,
    ],
  ])('%s', (_, path, text) => {
    expect(bind({ '/etc/network/interfaces': INTERFACES, [path]: text })).toEqual({ bindings: [], open: [] });
  });

  test('another name for this MAC address, too: the name that a file uses is open then', () => {
    const rule = `SUBSYSTEM=="net", ATTR{address}=="${MACS[0]}", NAME="other0"\n`;
    const files = { '/etc/network/interfaces': INTERFACES, '/etc/udev/rules.d/10-lan.rules': rule };
    expect(bind(files, [CARDS[0]!])).toEqual({
      bindings: [],
      open: [{ name: 'lan0', file: '/etc/network/interfaces' }],
    });
  });

  test('a rule that is only a comment binds nothing', () => {
    const rule = `# SUBSYSTEM=="net", ATTR{address}=="${MACS[0]}", NAME="lan0"\n`;
    expect(boundBy({ '/etc/network/interfaces': INTERFACES, '/etc/udev/rules.d/10-lan.rules': rule })).toBe(
      'lan0=1',
    );
  });
});

describe('cards below bonds, VLANs and bridges are bound, and what the guest makes itself is not:', () => {
  /** Known by their slots: their addresses are those of the bond. */
  const SLOTS = [card(0, { pciSlot: 192, ...at('192.0.2.10') }), card(1, { pciSlot: 224 })];

  test.each<[string, Record<string, string>, string]>([
    [
      'ifupdown: a VLAN on a bond',
      {
        '/etc/network/interfaces': `auto bond0
iface bond0 inet manual
	bond-slaves ens192 ens224
	bond-mode active-backup
	bond-primary ens192

auto bond0.100
iface bond0.100 inet static
	address 192.0.2.10/24
	vlan-raw-device bond0
`,
      },
      'ens192=1 ens224=2',
    ],
    [
      'ifupdown: a bridge, and a VLAN on a card',
      {
        '/etc/network/interfaces': `iface br0 inet static
  address 192.0.2.10/24
  bridge_ports ens192
  bridge_stp off
iface ens224.7 inet dhcp
`,
      },
      'ens192=1 ens224=2',
    ],
    [
      'netplan',
      {
        '/etc/netplan/01-netcfg.yaml': `network:
  version: 2
  renderer: networkd
  ethernets:
    ens192: {}
    ens224: {}
  bonds:
    bond0: {interfaces: [ens192, ens224], parameters: {mode: 802.3ad}}
  vlans:
    bond0.100: {id: 100, link: bond0, addresses: [192.0.2.10/24]}
`,
      },
      'ens192=1 ens224=2',
    ],
    [
      'NetworkManager',
      {
        '/etc/NetworkManager/system-connections/bond0.nmconnection':
          '[connection]\nid=bond0\ntype=bond\ninterface-name=bond0\n[bond]\nmode=active-backup\n[ipv4]\naddress1=192.0.2.10/24\nmethod=manual\n',
        '/etc/NetworkManager/system-connections/bond0-port1.nmconnection':
          '[connection]\nid=bond0-port1\ntype=ethernet\ninterface-name=ens192\nmaster=bond0\nslave-type=bond\n',
        '/etc/NetworkManager/system-connections/VLAN 7.nmconnection':
          '[connection]\nid=VLAN 7\ntype=vlan\ninterface-name=ens224.7\n[vlan]\nid=7\nparent=ens224\n',
      },
      'ens192=1 ens224=2',
    ],
    [
      "Red Hat's ifcfg",
      {
        '/etc/sysconfig/network-scripts/ifcfg-bond0':
          'DEVICE=bond0\nTYPE=Bond\nBONDING_MASTER=yes\nBONDING_OPTS="mode=1 miimon=100"\nIPADDR=192.0.2.10\n',
        '/etc/sysconfig/network-scripts/ifcfg-ens192':
          'DEVICE=ens192\nTYPE=Ethernet\nMASTER=bond0\nSLAVE=yes\n',
        '/etc/sysconfig/network-scripts/ifcfg-ens224.7': 'DEVICE=ens224.7\nVLAN=yes\nBOOTPROTO=dhcp\n',
      },
      'ens192=1 ens224=2',
    ],
    [
      "SUSE's wicked",
      {
        '/etc/sysconfig/network/ifcfg-bond0':
          "BONDING_MASTER='yes'\nBONDING_SLAVE0='ens192'\nBONDING_SLAVE1='ens224'\nIPADDR='192.0.2.10/24'\n",
        '/etc/sysconfig/network/ifcfg-vlan7': "ETHERDEVICE='bond0'\nVLAN_ID='7'\nBOOTPROTO='dhcp'\n",
      },
      'ens192=1 ens224=2',
    ],
    [
      'networkd',
      {
        '/etc/systemd/network/bond0.netdev': '[NetDev]\nName=bond0\nKind=bond\n',
        '/etc/systemd/network/bond0.network': '[Match]\nName=bond0\n[Network]\nAddress=192.0.2.10/24\n',
        '/etc/systemd/network/ports.network': '[Match]\nName=ens192 ens224\n[Network]\nBond=bond0\n',
      },
      'ens192=1 ens224=2',
    ],
  ])('%s', (_, files, bound) => {
    expect(bind(files, SLOTS).open).toEqual([]);
    expect(boundBy(files, SLOTS)).toBe(bound);
  });
});

describe('nothing is guessed:', () => {
  test('an address that two cards have shows neither', () => {
    const files = { '/etc/network/interfaces': 'iface ens192 inet static\n  address 192.0.2.10\n' };
    expect(bind(files, [card(0, at('192.0.2.10')), card(1, at('192.0.2.10'))])).toEqual({
      bindings: [],
      open: [{ name: 'ens192', file: '/etc/network/interfaces' }],
    });
  });

  test('two names that claim one card get nothing by this claim', () => {
    const files = {
      '/etc/sysconfig/network-scripts/ifcfg-ens192': 'DEVICE=ens192\nIPADDR=192.0.2.10\n',
      '/etc/sysconfig/network-scripts/ifcfg-eth0': 'DEVICE=eth0\nIPADDR=192.0.2.10\n',
    };
    expect(bind(files).bindings).toEqual([]);
    expect(boundBy(files, [card(0, { pciSlot: 192, ...at('192.0.2.10') })])).toBe('ens192=1');
  });

  test('a pattern is no name', () => {
    const files = {
      '/etc/systemd/network/all.network': '[Match]\nName=en*\n[Network]\nDHCP=yes\n',
      '/etc/netplan/all.yaml': 'network:\n  ethernets:\n    all: {match: {name: "e*"}, dhcp4: true}\n',
    };
    expect(bind(files)).toEqual({ bindings: [], open: [] });
  });
});

describe('a hostile guest', () => {
  /** With nothing else it would be believed. */
  const NETPLAN = 'network: {ethernets: {ens192: {addresses: [192.0.2.10/24]}}}\n';
  test('may have a netplan', () => expect(boundBy({ '/etc/netplan/x.yaml': NETPLAN })).toBe('ens192=1'));

  test.each([
    ['a name that ends the rule', 'ens192", RUN+="/bin/sh'],
    ['a name that is too long', 'e'.repeat(16)],
    ['a name with a slash', '../ens192'],
    ['the loopback', 'lo'],
  ])('gets no rule for %s', (_, name) => {
    const text = `[connection]\ntype=ethernet\ninterface-name=${name}\n[ipv4]\naddress1=192.0.2.10/24\n`;
    expect(bind({ '/etc/NetworkManager/system-connections/x': text })).toEqual({ bindings: [], open: [] });
  });

  test.each([
    ['no YAML', '{ ['],
    ['a list', '- network'],
    ['aliases without end', 'network: &a\n  ethernets: {x: [*a, *a]}\n'],
    ['numbers', 'network: {ethernets: 7}'],
    ['deeper than any settings', `${NETPLAN}x: ${'['.repeat(40)}${']'.repeat(40)}\n`],
    ['lists in lists', `${NETPLAN}x:\n  ${'- '.repeat(40)}a\n`],
    ['more than settings need', `${NETPLAN}x: [${'a, '.repeat(10_000)}]\n`],
    ['two documents', `${NETPLAN}---\nnetwork: {}\n`],
  ])('is not believed by a netplan that is %s', (_, text) => {
    expect(bind({ '/etc/netplan/x.yaml': text }).bindings).toEqual([]);
  });

  test.each([
    '/etc/netplan/x.yaml.bak',
    '/etc/netplan/../shadow.yaml',
    '/etc/passwd',
    '/etc/sysconfig/network/ifcfg-a\nb',
  ])('has no file %j read', (path) => expect(isRead(path)).toBe(false));
});
