import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../log';
import { watchConsole } from './console';
import { provideKernel } from './kernel';
import type { Accelerator } from './qemu-arguments';

const DEVICE = '/dev/kvm';
/** A kernel is through its own start in a second or two where KVM works. */
const PROBE_MS = 20_000;

let probed: Promise<Accelerator> | null = null;

/**
 * KVM where a kernel really starts under it, otherwise qemu's own translation. That /dev/kvm is there proves nothing:
 * under nested virtualisation a guest may die at its first unusual instruction, or hang.
 * Asked once per process.
 */
export function chooseAccelerator(log: Log): Promise<Accelerator> {
  probed ??= isKvmSound(log).then((sound) => (sound ? 'kvm' : 'tcg'));
  return probed;
}

async function isKvmSound(log: Log): Promise<boolean> {
  try {
    accessSync(DEVICE, constants.R_OK | constants.W_OK);
  } catch {
    return false;
  }
  const { folder, version } = await provideKernel(log);
  const kernel = ['-kernel', join(folder, 'boot', `vmlinuz-${version}`), '-append', 'console=ttyS0 panic=-1'];
  const machine = ['-machine', 'q35', '-accel', 'kvm', '-cpu', 'host', '-m', '256', '-no-reboot'];
  const face = ['-nodefaults', '-no-user-config', '-display', 'none', '-serial', 'stdio'];
  try {
    // It was given no root: whoever gets as far as missing it has run the whole kernel.
    const pattern = /VFS: Unable to mount root fs/;
    await watchConsole({ args: [...machine, ...face, ...kernel], pattern, deadlineMs: PROBE_MS });
    return true;
  } catch {
    return false;
  }
}
