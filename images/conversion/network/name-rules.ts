/** Names of cards as rules of udev's, which all systems with udev heed: before those that name cards after their bus. */
import type { Binding } from './bind-names';

export const RULES_FILE = '/etc/udev/rules.d/70-drover-card-names.rules';

const HEAD = `# Drover wrote this file when it moved this machine from vSphere. A network card has another place on the bus since,
# and would get another name. Files of this machine use the name of before: each line binds it to the MAC address.
`;

/** Only a card has a driver: bonds, bridges and VLANs have the MAC address of their card, and must not get its name. */
export function nameRules(bindings: readonly Binding[]): string {
  const rules = bindings.map(
    ({ file, mac, name }) =>
      `# ${name} is used in ${file}\n` +
      `SUBSYSTEM=="net", ACTION=="add", DRIVERS=="?*", ATTR{address}=="${mac}", ATTR{type}=="1", NAME="${name}"\n`,
  );
  return [HEAD, ...rules].join('\n');
}
