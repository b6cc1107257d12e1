/**
 * Gives a file system to a Pod's fsGroup, as the kubelet does before the first container starts
 * (kubernetes 1.34.4, pkg/volume/volume_linux.go).
 */
import { chmodSync, chownSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Gives `path` and everything below it to the group, which may read and write it. New files get the group, too. */
export function giveToGroup(path: string, group: number): void {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) {
    return;
  }
  // Only root can give files away. Where the node runs as another user, the sandbox maps every group to the files' own.
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
