/** CPU time of processes, from the kernel's own accounting. */
import { readFileSync, readdirSync } from 'node:fs';

/** `USER_HZ`: Linux reports process times in hundredths of a second on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

interface ProcessTimes {
  pid: number;
  parent: number;
  /** CPU seconds of the process, and of its children that have ended and that it has waited for. */
  seconds: number;
}

/** CPU seconds that each of these processes and its descendants have used so far, by name. */
export function cpuSeconds(roots: readonly { name: string; pid: number }[]): Record<string, number> {
  const all = readAll();
  return Object.fromEntries(roots.map(({ name, pid }) => [name, secondsBelow(pid, all)]));
}

/** CPU seconds of this process alone, without the processes that it started. */
export function ownCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}

function secondsBelow(pid: number, all: readonly ProcessTimes[]): number {
  const own = all.find((process) => process.pid === pid)?.seconds ?? 0;
  return all
    .filter((process) => process.parent === pid)
    .reduce((sum, child) => sum + secondsBelow(child.pid, all), own);
}

function readAll(): ProcessTimes[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => readTimes(Number(pid)) ?? []);
}

/** Null for a process that ended meanwhile. Fields are counted after the name: the name may hold any character. */
function readTimes(pid: number): ProcessTimes | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
  return { pid, parent: Number(fields[1]), seconds: ticks / TICKS_PER_SECOND };
}
