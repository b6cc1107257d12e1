/** Debian's cloud kernel, unpacked and not installed: the guests' own, and the one that conversions run under. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../log';
import { intoFolder } from '../build';
import { cacheDir } from '../cache';
import { LabRefusal } from '../refusal';
import { debianSuite } from './debian';
import { run } from './run';

const META_PACKAGE = 'linux-image-cloud-amd64';

export interface Kernel {
  /** The unpacked package: `boot/` and `lib/modules/` are in it. */
  folder: string;
  /** As `uname -r` would print it. */
  version: string;
}

/**
 * Fetches the kernel once, into the cache.
 * @throws LabRefusal where apt knows no such package.
 */
export async function provideKernel(log: Log): Promise<Kernel> {
  const folder = join(cacheDir(), `guest-kernel-${debianSuite()}`);
  if (!existsSync(folder)) {
    await intoFolder(folder, (fresh) => fetchKernel(fresh, log));
  }
  return { folder, version: versionIn(folder) };
}

async function fetchKernel(folder: string, log: Log): Promise<void> {
  const image = await imagePackage();
  log(`fetching ${image}`);
  const download = join(folder, 'download');
  mkdirSync(download);
  await run('apt-get', ['download', '-q', image], download);
  const [archive] = readdirSync(download);
  await run('dpkg-deb', ['--extract', join(download, archive as string), folder]);
  await run('depmod', ['--basedir', folder, versionIn(folder)]);
  rmSync(download, { recursive: true });
}

/** The package that holds the kernel; the one without a version in its name only depends on it. */
async function imagePackage(): Promise<string> {
  const depends = await run('apt-cache', ['depends', META_PACKAGE]).catch(() => '');
  const found = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (found === undefined) {
    throw new LabRefusal(`apt knows no ${META_PACKAGE}; update its lists with: sudo apt-get update`);
  }
  return found;
}

function versionIn(folder: string): string {
  return readdirSync(join(folder, 'lib', 'modules'))[0] as string;
}
