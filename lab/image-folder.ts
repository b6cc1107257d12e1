/** A folder with an `image.json` as the recipe of an OCI image: see lab/images/README.md. */
import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { baseLayer, isBase, skeleton } from './image-bases';
import { buildProgram, type OwnProgram } from './own-program';
import type { ImageRecipe, LayerEntry } from './push-image';
import { LabRefusal } from './refusal';

/** Path in the image at which the folder itself is found. */
const HOME = '/image';
const FILE = 'image.json';

interface ImageFile extends Omit<ImageRecipe, 'layers'> {
  base?: string[];
  /** Path in the image → file or folder, relative to the image's; an absolute one is the machine's, if it has it. */
  files?: Record<string, string>;
  /** Of the lab's own. */
  programs?: OwnProgram[];
}

/**
 * What `pushImage` makes of the folder.
 * @throws LabRefusal where the machine lacks something that the image is made of.
 */
export async function imageRecipe(folder: string): Promise<ImageRecipe> {
  const { base = [], files = {}, programs = [], ...config } = readImageFile(folder);
  const bases = await Promise.all(base.map((name) => baseLayer(known(name, folder))));
  const entries: LayerEntry[] = [
    { path: HOME, source: folder },
    ...Object.entries(files)
      .filter(([, source]) => !isAbsolute(source) || existsSync(source))
      .map(([path, source]) => ({ path, source: present(resolve(folder, source)) })),
  ];
  for (const program of programs) {
    entries.push({ path: `/usr/local/bin/${program}`, source: await buildProgram(program, () => undefined) });
  }
  return { ...config, layers: [skeleton(), ...bases, { entries }] };
}

export function isImageFolder(folder: string): boolean {
  return existsSync(join(folder, FILE));
}

function readImageFile(folder: string): ImageFile {
  return JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as ImageFile;
}

function known(base: string, folder: string) {
  if (!isBase(base)) {
    throw new LabRefusal(`${join(folder, FILE)}: base ${base}: there is no such base`);
  }
  return base;
}

function present(source: string): string {
  if (!existsSync(source)) {
    throw new LabRefusal(`missing: ${source}, which an image of the lab holds; make it with: npm run build`);
  }
  return source;
}
