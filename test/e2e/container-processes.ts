/** Processes in the containers of a real node, as root sees them from outside: also where no kubelet speaks of them. */
import { readdirSync, readFileSync } from 'node:fs';
import type { RealNode } from '../../lab/real-node';

/** Process ids of a command with its arguments, as `sleep 3600`. */
export function containerProcesses({ cgroup }: Pick<RealNode, 'cgroup'>, command: string): number[] {
  const line = `${command.replaceAll(' ', '\0')}\0`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => ofProcess(pid, 'cmdline') === line && ofProcess(pid, 'cgroup').includes(`${cgroup}/`))
    .map(Number);
}

/** Empty for a process that has just ended. */
function ofProcess(pid: string, file: 'cmdline' | 'cgroup'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
