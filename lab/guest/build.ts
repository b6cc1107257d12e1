/** Builds guests "as installed on vSphere" from Debian's packages, without loop devices or mounts. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../log';
import { intoFolder, withProgress } from '../build';
import { cacheDir } from '../cache';
import { provideAppliance } from './appliance';
import { BOOT_UUID, configureTree, DATA_UUID, LUKS_UUID, ROOT_UUID } from './configure';
import { debianMirror, debianSuite } from './debian';
import { recipeDigest } from './digest';
import { provideKernel } from './kernel';
import { ensureGuestPackages } from './packages';
import { runRecipe, skeletonPath } from './run';
import { type DebianSpec, type GuestName, GUESTS, type GuestSpec, type TinySpec } from './specs';

const ROOT_DISK = 'disk-0.raw';
const DATA_DISK = 'disk-1.raw';
const DATA_MIB = 64;

export interface Guest {
  /** Sparse raw files in the order of the guest's controller. Everybody shares them: never write to them. */
  disks: string[];
  /** Of what the guest is made from, see {@link recipeDigest}. */
  digest: string;
}

/**
 * Builds a guest, or finds it in the cache. Of two who build it at once, the first to finish wins.
 * @throws LabRefusal where the machine can't build guests.
 */
export async function buildGuest(name: GuestName, log: Log): Promise<Guest> {
  const digest = recipeDigest(name, debianSuite());
  const folder = join(cacheDir(), `guest-${name}-${digest}`);
  // Who asks for a guest converts or boots it next: a guest from the cache needs them as well.
  await ensureGuestPackages(log);
  if (!existsSync(folder)) {
    const build = () => intoFolder(folder, (fresh) => makeDisks(name, fresh, log));
    await withProgress(`building the guest ${name}`, log, build);
  }
  const disks = readdirSync(folder).sort();
  return { disks: disks.map((disk) => join(folder, disk)), digest };
}

async function makeDisks(name: GuestName, folder: string, log: Log): Promise<void> {
  const spec: GuestSpec = GUESTS[name];
  const disk = join(folder, ROOT_DISK);
  switch (spec.form) {
    case 'unconvertible':
      return runRecipe(name, [disk]);
    case 'windows':
      return runRecipe('windows', [disk, spec.state, await provideAppliance(log)]);
    case 'tiny':
    case 'debian':
      return installDisks(name, spec, folder, log);
  }
}

async function installDisks(
  name: GuestName,
  spec: TinySpec | DebianSpec,
  folder: string,
  log: Log,
): Promise<void> {
  const work = join(folder, 'work');
  const tree = join(work, 'tree');
  mkdirSync(work);
  await makeTree(spec, tree, log);
  configureTree(tree, name, spec);
  if ('passphrase' in spec) await encryptDisk(spec, tree, folder, log);
  else await runRecipe(`${spec.firmware}-disk`, [tree, join(folder, ROOT_DISK), spec.rootMib, ROOT_UUID]);
  if (spec.dataMarker !== null) {
    await runRecipe('data-disk', [join(folder, DATA_DISK), DATA_MIB, DATA_UUID, spec.dataMarker]);
  }
  rmSync(work, { recursive: true });
}

async function encryptDisk(
  { passphrase = '', rootMib }: TinySpec,
  tree: string,
  folder: string,
  log: Log,
): Promise<void> {
  await runRecipe('luks-tree', [(await provideKernel(log)).folder, tree, LUKS_UUID]);
  const uuids = [ROOT_UUID, BOOT_UUID, LUKS_UUID];
  await runRecipe('luks-disk', [tree, join(folder, ROOT_DISK), rootMib, ...uuids, passphrase]);
}

async function makeTree(spec: TinySpec | DebianSpec, tree: string, log: Log): Promise<void> {
  switch (spec.form) {
    case 'tiny':
      return runRecipe('tiny-tree', [skeletonPath(), (await provideKernel(log)).folder, tree]);
    case 'debian': {
      const suite = debianSuite();
      return runRecipe('debian-tree', [suite, await debianMirror(suite), tree, ...(spec.packages ?? [])]);
    }
  }
}
