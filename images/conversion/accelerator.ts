/**
 * What the appliance runs under: KVM where a guest really runs under it, otherwise qemu's own translation (TCG).
 *
 * That /dev/kvm is there proves nothing: under nested virtualisation a guest may crash at its first privileged
 * instructions, or hang. So libguestfs' own test starts an appliance under KVM and nothing else, for a bounded time.
 */
import { accessSync, constants } from 'node:fs';
import { runGroup } from './process-group';

export type Accelerator = 'kvm' | 'tcg';

const DEVICE = '/dev/kvm';
/** An appliance is up in under 10 s where KVM works. */
const PROBE_MS = 60_000;

export async function probeAccelerator(
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<Accelerator> {
  if (!isAccessible(DEVICE)) return 'tcg';
  const { code } = await runGroup({
    program: 'libguestfs-test-tool',
    args: ['--timeout', String(PROBE_MS / 1000)],
    env: applianceEnv('kvm'),
    onLine: (line) => /^libguestfs: error|TEST FINISHED|^qemu.*error/.test(line) && onLine(line),
    signal: AbortSignal.any([signal, AbortSignal.timeout(PROBE_MS)]),
    graceMs: 1_000,
  });
  return code === 0 ? 'kvm' : 'tcg';
}

/** The environment in which libguestfs starts its appliance itself, under this accelerator and no other. */
export function applianceEnv(accelerator: Accelerator): NodeJS.ProcessEnv {
  return {
    ...process.env,
    LIBGUESTFS_BACKEND: 'direct',
    LIBGUESTFS_BACKEND_SETTINGS: accelerator === 'kvm' ? 'force_kvm' : 'force_tcg',
  };
}

function isAccessible(device: string): boolean {
  try {
    accessSync(device, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
