/** The registry that every lab has, with the images of lab/images in it. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from './log';
import { intoFolder } from './build';
import { cacheDir } from './cache';
import { imageRecipe, isImageFolder } from './image-folder';
import { packagePath } from './package-path';
import { type ImageRecipe, type Layer, pushImage } from './push-image';
import { LabRefusal } from './refusal';
import { type Registry, type RegistryOptions, startRegistry, STORAGE } from './registry';

const TAG = '1';
const PREFIX = 'images-';
const UNUSED_DAYS = 7;

/** What Pods call an image of lab/images, in the registry of that `host:port`. */
export function labImage(registry: string, name: string): string {
  return `${registry}/${name}:${TAG}`;
}

/** A registry of the lab's images, which are made where they have changed. */
export async function startLabRegistry(options: RegistryOptions, log: Log): Promise<Registry> {
  const images = await provideImages(log);
  mkdirSync(options.dir, { recursive: true });
  await copyTree(join(images, STORAGE), join(options.dir, STORAGE));
  return startRegistry(options);
}

/**
 * The folder of a registry that holds the images, made once for each content of theirs.
 * Images that can't be made on this machine are left out.
 */
export async function provideImages(log: Log): Promise<string> {
  const recipes = await labRecipes(log);
  const dir = join(cacheDir(), PREFIX + fingerprint(recipes));
  if (existsSync(dir)) {
    const now = new Date();
    utimesSync(dir, now, now);
    return dir;
  }
  log("making the lab's images (once; they are kept for later)");
  await intoFolder(dir, (fresh) => fill(fresh, recipes));
  removeUnused(dir);
  return dir;
}

async function fill(dir: string, recipes: NamedRecipe[]): Promise<void> {
  const registry = await startRegistry({ dir });
  try {
    // One after the other: what one has pushed of a common layer, the next need not.
    for (const [name, recipe] of recipes) {
      await pushImage(recipe, { reference: labImage(registry.host, name) });
    }
  } finally {
    await registry.stop();
  }
}

type NamedRecipe = readonly [name: string, recipe: ImageRecipe];

async function labRecipes(log: Log): Promise<NamedRecipe[]> {
  const images = packagePath('lab', 'images');
  const names = readdirSync(images).filter((name) => isImageFolder(join(images, name)));
  const recipes = names.map(async (name): Promise<NamedRecipe | null> => {
    try {
      return [name, await imageRecipe(join(images, name))];
    } catch (error) {
      if (!(error instanceof LabRefusal)) throw error;
      log(`the image ${name} is left out: ${error.message}`);
      return null;
    }
  });
  return (await Promise.all(recipes)).filter((recipe) => recipe !== null);
}

/** A kept layer is named for what it holds; everything else is small enough to be read. */
function fingerprint(recipes: NamedRecipe[]): string {
  const hash = createHash('sha256');
  for (const [name, { layers = [], ...config }] of recipes) {
    hash.update(JSON.stringify([name, config]));
    layers.forEach((layer) => hashLayer(layer, (text) => hash.update(text)));
  }
  return hash.digest('hex').slice(0, 16);
}

function hashLayer({ entries, cache }: Layer, update: (bytes: string | Buffer) => void): void {
  if (cache !== undefined) {
    update(cache);
    return;
  }
  for (const entry of entries) {
    update(JSON.stringify(entry));
    if ('source' in entry) {
      hashTree(entry.source, update);
    }
  }
}

function hashTree(path: string, update: (bytes: string | Buffer) => void): void {
  const found = statSync(path);
  update(`${path}\0${found.mode}\0`);
  if (found.isDirectory()) {
    readdirSync(path)
      .sort()
      .forEach((name) => hashTree(join(path, name), update));
  } else {
    update(readFileSync(path));
  }
}

/** Each content leaves a folder, as each version of a program does, but contents change more often. */
function removeUnused(used: string): void {
  const oldest = Date.now() - UNUSED_DAYS * 24 * 3_600_000;
  readdirSync(cacheDir())
    .filter((name) => name.startsWith(PREFIX) && !name.includes('.partial-'))
    .map((name) => join(cacheDir(), name))
    .filter((folder) => folder !== used && statSync(folder).mtimeMs < oldest)
    .forEach((folder) => rmSync(folder, { recursive: true, force: true }));
}

/** The registry replaces files and never writes into one, so hard links suffice where both folders share a disk. */
async function copyTree(from: string, to: string): Promise<void> {
  if (existsSync(to)) {
    return;
  }
  try {
    await promisify(execFile)('cp', ['-al', from, to]);
  } catch {
    rmSync(to, { recursive: true, force: true });
    await promisify(execFile)('cp', ['-a', from, to]);
  }
}
