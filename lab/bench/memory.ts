/** Memory of a process, from the kernel's own accounting. */
import { readFileSync } from 'node:fs';

/** Memory in RAM, in MiB. @throws Error where there is no such process. */
export function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}
