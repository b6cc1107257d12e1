/**
 * How administrators of Debian set up two cards that vSphere calls ens192 and ens224: with a static address and with DHCP, or both
 * as a bond, in each of the ways that guests know. And what else is on their networks.
 */

export interface Network {
  /** Of the VM; its networks have it before a number. */
  name: string;
  /** Of the test. */
  title: string;
  /** The service that sets the network up; the guest has others, too, which do not start. */
  manager: string;
  /** Files of the guest. */
  files: Record<string, string>;
  /** Of each card: the number of its network, and the addresses that VMware Tools report of it. */
  cards: readonly { network: number; reported: string[] }[];
  /** What makes the neighbour ready. */
  neighbour: readonly string[];
  /** Where the guest must be found, and on which card; a bond has a MAC address of its own. */
  addresses: readonly { address: string; card?: number }[];
}

/** Each card on a network of its own; on the second one, the neighbour lends addresses. */
const TWO_NETWORKS: Pick<Network, 'cards' | 'neighbour' | 'addresses'> = {
  cards: [
    { network: 0, reported: ['192.0.2.10/24'] },
    { network: 1, reported: ['198.51.100.20/24'] },
  ],
  neighbour: [
    'ip address add 192.0.2.1/24 dev eth0 && ip link set eth0 up',
    'ip address add 198.51.100.1/24 dev eth1 && ip link set eth1 up',
    'mkdir -p /etc && touch /leases',
    'echo start 198.51.100.20 >/etc/lends && echo end 198.51.100.20 >>/etc/lends',
    'echo interface eth1 >>/etc/lends && echo lease_file /leases >>/etc/lends && echo pidfile /pid >>/etc/lends',
    'echo option subnet 255.255.255.0 >>/etc/lends && echo option lease 3600 >>/etc/lends',
    'udhcpd /etc/lends',
  ],
  addresses: [
    { address: '192.0.2.10', card: 0 },
    { address: '198.51.100.20', card: 1 },
  ],
};

/** Both cards on one network, where the neighbour speaks in VLAN 42 alone. Tools report no address of a bond's cards. */
const ONE_TRUNK: Pick<Network, 'cards' | 'neighbour' | 'addresses'> = {
  cards: [
    { network: 0, reported: [] },
    { network: 0, reported: [] },
  ],
  neighbour: [
    'ip link set eth0 up && ip link add link eth0 name eth0.42 type vlan id 42',
    'ip address add 192.0.2.1/24 dev eth0.42 && ip link set eth0.42 up',
  ],
  addresses: [{ address: '192.0.2.10' }],
};

const IFUPDOWN: Network = {
  name: 'ifupdown',
  title: 'ifupdown',
  manager: 'networking',
  files: {
    '/etc/network/interfaces': `auto lo
iface lo inet loopback

auto ens192
iface ens192 inet static
    address 192.0.2.10/24
    gateway 192.0.2.1

auto ens224
iface ens224 inet dhcp
`,
  },
  ...TWO_NETWORKS,
};

const NETPLAN: Network = {
  name: 'netplan',
  title: 'netplan and networkd',
  manager: 'systemd-networkd',
  files: {
    '/etc/netplan/01-netcfg.yaml': `network:
  version: 2
  renderer: networkd
  ethernets:
    ens192:
      addresses: [192.0.2.10/24]
      routes: [{to: default, via: 192.0.2.1}]
    ens224:
      dhcp4: true
`,
  },
  ...TWO_NETWORKS,
};

const NETWORK_MANAGER: Network = {
  name: 'keyfiles',
  title: 'keyfiles of NetworkManager',
  manager: 'NetworkManager',
  files: {
    // As on servers: no DHCP on cards that no connection names.
    '/etc/NetworkManager/conf.d/no-auto-default.conf': '[main]\nno-auto-default=*\n',
    '/etc/NetworkManager/system-connections/lan.nmconnection': `[connection]
id=lan
uuid=6f6a1a52-6a3b-4f43-9c57-1d7c3f0a0001
type=ethernet
interface-name=ens192

[ipv4]
method=manual
address1=192.0.2.10/24,192.0.2.1
`,
    '/etc/NetworkManager/system-connections/backup.nmconnection': `[connection]
id=backup
uuid=6f6a1a52-6a3b-4f43-9c57-1d7c3f0a0002
type=ethernet
interface-name=ens224

[ipv4]
method=auto
`,
  },
  ...TWO_NETWORKS,
};

const BOND: Network = {
  name: 'bond',
  title: 'a VLAN on a bond of both cards',
  manager: 'systemd-networkd',
  files: {
    '/etc/netplan/01-netcfg.yaml': `network:
  version: 2
  renderer: networkd
  ethernets:
    ens192: {}
    ens224: {}
  bonds:
    bond0:
      interfaces: [ens192, ens224]
      parameters: {mode: active-backup, primary: ens192}
  vlans:
    bond0.42:
      id: 42
      link: bond0
      addresses: [192.0.2.10/24]
`,
  },
  ...ONE_TRUNK,
};

export const NETWORKS: readonly Network[] = [IFUPDOWN, NETPLAN, NETWORK_MANAGER, BOND];
