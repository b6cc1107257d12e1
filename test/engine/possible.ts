/** Whether this machine can run a container engine of our own at all. */
import { existsSync, readFileSync } from 'node:fs';

/** Why not, in words that end a sentence; null where it can. What else goes wrong is a failure. */
export function whyNoEngine(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `a Linux on x64 is needed, this is ${process.platform} on ${process.arch}`;
  }
  if (process.getuid?.() !== 0) return 'only root may start one';
  if (!/^ID=debian$/m.test(read('/etc/os-release')))
    return 'its parts are packages of Debian, and this is none';
  if (!existsSync('/dev/net/tun')) return 'its network needs /dev/net/tun, which this machine lacks';
  if (!/\boverlay$/m.test(read('/proc/filesystems')))
    return 'its images need overlayfs, which this kernel lacks';
  return null;
}

function read(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
