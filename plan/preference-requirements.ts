/**
 * What a preference requires of a VirtualMachine. KubeVirt refuses a machine that has less, and counts in its own way (1.6.0,
 * pkg/instancetype/preference/requirements): all CPUs of an instance type; but of a topology often the sockets alone.
 */
import type { InstanceType } from './instance-type';

export interface TargetPreference {
  name: string;
  /** Absent: it requires none. */
  cpus?: { least: number; counted: CountedCpus };
  /** Absent: it requires none. */
  leastMemoryBytes?: number;
}

/** What KubeVirt counts as CPUs of a topology. */
export type CountedCpus = keyof typeof COUNTS;

/** Of a frozen VM. */
interface Hardware {
  sockets: number;
  coresPerSocket: number;
  memoryMiB: number;
}

/** Our targets have one thread for each core. */
const COUNTS = {
  sockets: { words: 'its sockets alone', count: ({ sockets }: Hardware) => sockets },
  cores: { words: 'the cores of one socket', count: ({ coresPerSocket }: Hardware) => coresPerSocket },
  threads: { words: 'the threads of one core', count: () => 1 },
  all: { words: 'all of them', count: ({ coresPerSocket, sockets }: Hardware) => coresPerSocket * sockets },
} as const;

const MIB = 2 ** 20;

/** What a VirtualMachine does not meet, each in a clause; its instance type counts, where it has one. */
export function unmetBy(
  { cpus, leastMemoryBytes = 0 }: TargetPreference,
  hardware: Hardware,
  type: InstanceType | undefined,
): string[] {
  const unmet: string[] = [];
  if (cpus !== undefined) {
    const { count, words } = COUNTS[cpus.counted];
    const has = type?.cpus ?? count(hardware);
    const how = type === undefined ? `KubeVirt counts ${has}: ${words}` : `its instance type has ${has}`;
    if (has < cpus.least) unmet.push(`${cpus.least} CPUs, and ${how}`);
  }
  const memoryBytes = type?.memoryBytes ?? hardware.memoryMiB * MIB;
  if (memoryBytes < leastMemoryBytes)
    unmet.push(`${mebibytes(leastMemoryBytes)} of memory, and it has ${mebibytes(memoryBytes)}`);
  return unmet;
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / MIB)} MiB`;
}
