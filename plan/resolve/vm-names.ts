/** Names of VMs in one sentence, however many there are. */

/** Names that are given. */
const NAMED = 10;

/** `VM "web01"`, `VMs "web01", "db01" and 188 more`. */
export function vmNames(names: readonly string[]): string {
  const rest = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  const given = names.slice(0, NAMED).map((name) => `"${name}"`);
  return `${names.length === 1 ? 'VM' : 'VMs'} ${given.join(', ')}${rest}`;
}
