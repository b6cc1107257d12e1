/** Names of VMs in one sentence, however many there are. */

import { listSome } from '../cut';

/** Names that are given. */
const NAMED = 10;

/** `VM "web01"`, `VMs "web01", "db01" and 188 more`. */
export function vmNames(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  return `${names.length === 1 ? 'VM' : 'VMs'} ${listSome(quoted, NAMED)}`;
}
