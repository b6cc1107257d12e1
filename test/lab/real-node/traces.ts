/** What a real node could leave on a machine. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { NodePlace } from '../../../lab/real-node';

export interface Traces {
  /** Command lines of processes in one of its namespaces, which exist as long as there is one. */
  processes: string[];
  mounts: string[];
  links: string[];
  cgroups: string[];
}

export const NO_TRACES: Traces = { processes: [], mounts: [], links: [], cgroups: [] };

/** Looks for a node by what it had while it ran. */
export function tracesOf({ namespaces, link }: NodePlace, dir: string): () => Traces {
  const own = new Set(namespacesOf(String(namespaces.pid)));
  return () => ({
    processes: readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => namespacesOf(pid).some((namespace) => own.has(namespace)))
      .map(commandLine)
      .filter((line) => line !== null),
    mounts: readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter((line) => line.includes(dir)),
    links: Object.entries(networkInterfaces())
      .filter(([, addresses]) => addresses?.some(({ address }) => address === link.hostAddress))
      .map(([name]) => name),
    cgroups: cgroupFolders().filter((folder) => folder.endsWith(namespaces.cgroup)),
  });
}

function namespacesOf(pid: string): string[] {
  try {
    return ['mnt', 'net', 'pid'].map((kind) => readlinkSync(`/proc/${pid}/ns/${kind}`));
  } catch {
    // It has ended, or it is a process of the kernel.
    return [];
  }
}

/** Null once it has ended. */
function commandLine(pid: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return null;
  }
}

/** Of cgroup v2 the first level, of v1 that of each hierarchy. */
function cgroupFolders(): string[] {
  const below = (folder: string) =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${folder}/${name}`);
  const first = below('/sys/fs/cgroup');
  return [...first, ...first.flatMap(below)];
}
