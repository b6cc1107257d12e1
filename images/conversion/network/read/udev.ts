/** Rules of udev that give a card its name: `/etc/udev/rules.d`, also those that systems of before 2012 wrote themselves. */
import { type GuestFile, macIn, type NetworkFacts, noFacts } from '../facts';

export function readUdevRules({ text }: GuestFile): NetworkFacts {
  const facts = noFacts();
  for (const line of text.replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    if (/^\s*#/.test(line)) continue;
    const mac = macIn(/(?:ATTRS?|SYSFS)\{address\}=="([^"]*)"/.exec(line)?.[1]);
    const name = /\bNAME:?="([^"]*)"/.exec(line)?.[1];
    if (mac !== null && name !== undefined) facts.bound.push({ name, mac });
  }
  return facts;
}
