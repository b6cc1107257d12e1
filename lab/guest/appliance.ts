/** The small machine that libguestfs does its work in, made ahead: on this machine there may be no kernel in /boot. */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../log';
import { intoFolder, withProgress } from '../build';
import { cacheDir } from '../cache';
import { LabRefusal } from '../refusal';
import { debianSuite } from './debian';
import { provideKernel } from './kernel';
import { ensureGuestPackages } from './packages';
import { run } from './run';

/** Where Debian's libguestfs0 describes its appliance. */
const DESCRIPTION = '/usr/lib/x86_64-linux-gnu/guestfs/supermin.d';
/** supermin(1) copies the modules to this very path, and wants to find it on the machine. */
const MODULES = '/lib/modules';

/**
 * Where the appliance is, or will be once it is made.
 * @throws LabRefusal where it can't be made.
 */
export function appliancePath(): string {
  return join(cacheDir(), `guest-appliance-${debianSuite()}`);
}

/**
 * The folder for LIBGUESTFS_PATH, made once, from this machine's own programs and {@link provideKernel}'s kernel.
 * @throws LabRefusal where this machine can't make it.
 */
export async function provideAppliance(log: Log): Promise<string> {
  const folder = appliancePath();
  await ensureGuestPackages(log);
  if (!existsSync(folder)) {
    await withProgress('building the appliance of libguestfs', log, () =>
      intoFolder(folder, (fresh) => makeAppliance(fresh, log)),
    );
  }
  return folder;
}

async function makeAppliance(folder: string, log: Log): Promise<void> {
  ensureModulesFolder();
  const { folder: kernel, version } = await provideKernel(log);
  const settings = [
    `SUPERMIN_KERNEL=${kernel}/boot/vmlinuz-${version}`,
    `SUPERMIN_KERNEL_VERSION=${version}`,
    `SUPERMIN_MODULES=${kernel}/lib/modules/${version}`,
  ];
  const build = ['--build', '--copy-kernel', '--format', 'ext2', '--host-cpu', 'x86_64', '--size', '1G'];
  await run('env', [...settings, 'supermin', ...build, '-o', join(folder, 'made'), DESCRIPTION]);
  await run('sh', ['-c', 'mv made/* . && rmdir made'], folder);
  // Containers read it too, as users of their own.
  chmodSync(folder, 0o755);
  // libguestfs takes a folder with a file of this name for an appliance that needs no building.
  writeFileSync(join(folder, 'README.fixed'), 'Made by supermin.\n');
}

function ensureModulesFolder(): void {
  try {
    mkdirSync(MODULES, { recursive: true });
  } catch {
    throw new LabRefusal(`supermin needs the folder ${MODULES}; make it with: sudo mkdir -p ${MODULES}`);
  }
}
