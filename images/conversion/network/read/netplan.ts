/** `/etc/netplan/*.yaml` (netplan's YAML reference), which cloud-init and installers of Ubuntu write. */
import { type GuestFile, macIn, named, type NetworkFacts, noFacts } from '../facts';
import { readYaml } from './bounded-yaml';

type Tree = Record<string, unknown>;

const VIRTUAL = ['bonds', 'bridges', 'vlans', 'tunnels', 'vrfs', 'dummy-devices', 'virtual-ethernets'];

/** Nothing is read of what is no YAML: netplan reads nothing of it, either. */
export function readNetplan({ path, text }: GuestFile): NetworkFacts {
  const facts = noFacts();
  const network = tree(tree(readYaml(text))['network']);
  for (const kind of VIRTUAL) facts.virtual.push(...Object.keys(tree(network[kind])));
  for (const [id, said] of Object.entries(tree(network['ethernets']))) {
    const { match, addresses, 'set-name': given } = tree(said);
    const mac = macIn(asText(tree(match)['macaddress']));
    const fixed = (Array.isArray(addresses) ? addresses : []).map(addressOf);
    if (mac !== null && typeof given === 'string') facts.bound.push({ name: given, mac });
    // With a match the id is a name of the file's own, and the MAC address alone stays.
    const name = match === undefined ? id : asText(tree(match)['name']);
    facts.named.push(...named(path, name, { mac, addresses: fixed }));
  }
  return facts;
}

/** An address may have options: then it is the one key of an object. */
function addressOf(said: unknown): string {
  return typeof said === 'string' ? said : (Object.keys(tree(said))[0] ?? '');
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function tree(value: unknown): Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Tree) : {};
}
