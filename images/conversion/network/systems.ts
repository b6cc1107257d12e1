/** Where systems keep the settings of their network, and who reads which file. */
import { type GuestFile, type NetworkFacts, noFacts } from './facts';
import { readIfcfg } from './read/ifcfg';
import { readIfupdown } from './read/ifupdown';
import { readDhclientLeases, readInternalLease, readWickedLease } from './read/leases';
import { readNetplan } from './read/netplan';
import { readKeyfile } from './read/network-manager';
import { readNetworkd } from './read/networkd';
import { readUdevRules } from './read/udev';

interface Place {
  folder: string;
  /** The file's own name. */
  file: RegExp;
  read: (file: GuestFile) => NetworkFacts;
}

/** Folders in the order in which they are looked at. A name with other characters than these is read by no system, either. */
export const PLACES: readonly Place[] = [
  { folder: '/etc/network', file: /^interfaces$/, read: readIfupdown },
  { folder: '/etc/network/interfaces.d', file: /^[\w.-]+$/, read: readIfupdown },
  { folder: '/etc/netplan', file: /^[\w.-]+\.yaml$/, read: readNetplan },
  { folder: '/etc/NetworkManager/system-connections', file: /^[\w .()@:+-]+$/, read: readKeyfile },
  { folder: '/etc/systemd/network', file: /^[\w.@-]+\.(network|netdev|link)$/, read: readNetworkd },
  { folder: '/etc/sysconfig/network-scripts', file: /^ifcfg-[\w.:@-]+$/, read: readIfcfg },
  { folder: '/etc/sysconfig/network', file: /^ifcfg-[\w.:@-]+$/, read: readIfcfg },
  { folder: '/etc/udev/rules.d', file: /^[\w.-]+\.rules$/, read: readUdevRules },
  { folder: '/var/lib/dhcp', file: /^dhclient[\w.-]*\.leases?$/, read: readDhclientLeases },
  { folder: '/var/lib/dhclient', file: /^dhclient[\w.-]*\.leases?$/, read: readDhclientLeases },
  { folder: '/var/lib/NetworkManager', file: /^internal-[\w.-]+\.lease$/, read: readInternalLease },
  { folder: '/var/lib/NetworkManager', file: /^dhclient-[\w.-]+\.lease$/, read: readDhclientLeases },
  { folder: '/var/lib/wicked', file: /^lease-[\w.-]+-dhcp-ipv[46]\.xml$/, read: readWickedLease },
];

/** What an editor or a package manager left beside a file is not read. */
const LEFT_BESIDE = /(\.(bak|orig|old|save|swp|rpmsave|rpmnew|rpmorig|dpkg-\w+)|~)$/;

export function isRead(path: string): boolean {
  return readerOf(path) !== null;
}

/** Of each kind of fact, more is not kept: no machine has so many cards, and all are compared with all. */
const MOST_FACTS = 2_000;

/** All that these files say together. */
export function readFacts(files: readonly GuestFile[]): NetworkFacts {
  const all = noFacts();
  for (const file of files) {
    const facts = readerOf(file.path)?.(file) ?? noFacts();
    all.named = [...all.named, ...facts.named].slice(0, MOST_FACTS);
    all.virtual = [...all.virtual, ...facts.virtual].slice(0, MOST_FACTS);
    all.bound = [...all.bound, ...facts.bound].slice(0, MOST_FACTS);
    all.leases = [...all.leases, ...facts.leases].slice(0, MOST_FACTS);
  }
  return all;
}

function readerOf(path: string): Place['read'] | null {
  if (LEFT_BESIDE.test(path)) return null;
  const cut = path.lastIndexOf('/');
  const [folder, name] = [path.slice(0, cut), path.slice(cut + 1)];
  return PLACES.find((place) => place.folder === folder && place.file.test(name))?.read ?? null;
}
