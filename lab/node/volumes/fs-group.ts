/** Gives a file system to a Pod's fsGroup, as the kubelet does before the first container sees it. */
import { chmodSync, chownSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Everything below belongs to the group, which may read and write; new files inherit the group. */
export function giveToGroup(path: string, group: number): void {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) {
    return;
  }
  // Only root can give files away; for anyone else the sandbox maps every group to the one that owns them.
  if (process.getuid?.() === 0) {
    chownSync(path, stat.uid, group);
  }
  if (stat.isDirectory()) {
    chmodSync(path, (stat.mode & 0o7777) | 0o2770);
    readdirSync(path).forEach((name) => giveToGroup(join(path, name), group));
  } else {
    chmodSync(path, (stat.mode & 0o7777) | 0o660);
  }
}
