/** The lab's images: a folder each, with what an OCI image's configuration would say in `image.json`. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { appliancePath } from '../guest/appliance';
import { programPath } from '../own-program';
import type { OwnProgram } from '../own-program';
import type { Mount } from './sandbox-args';

export interface Image {
  reference: string;
  /** Folder that containers see as /image. */
  folder: string;
  entrypoint: string[];
  env: Record<string, string>;
  /** The user that the image asks for; absent means root. */
  user?: number;
  workingDir?: string;
  /** Further folders of the image, by their path in the container; sources are relative to `folder`. */
  layers: Record<string, string>;
  /** One of the lab's own programs, which the container finds in /usr/local/bin. */
  program?: OwnProgram;
  /** Path in the container of the ready-made appliance of libguestfs. */
  appliance?: string;
  /** Names the image's configuration: `sha256:…` */
  digest: string;
}

/** The image of that reference, or null: there is no registry to pull from. */
export function findImage(imagesDir: string, reference: string): Image | null {
  for (const name of readdirSync(imagesDir)) {
    const image = readImage(join(imagesDir, name));
    if (image?.reference === reference) {
      return image;
    }
  }
  return null;
}

/** The image's own files, as a container sees them: read-only. */
export function imageMounts({ folder, layers, program, appliance }: Image): Mount[] {
  const all = { '/image': '.', ...layers };
  const folders = Object.entries(all).map(([target, source]) => ({
    source: resolve(folder, source),
    target,
    readOnly: true,
  }));
  const prepared = [
    ...(program === undefined ? [] : [{ source: programPath(program), target: `/usr/local/bin/${program}` }]),
    ...(appliance === undefined ? [] : [{ source: appliancePath(), target: appliance }]),
  ];
  return [...folders, ...prepared.map((mount) => ({ ...mount, readOnly: true }))];
}

function readImage(folder: string): Image | null {
  const file = join(folder, 'image.json');
  if (!existsSync(file)) {
    return null;
  }
  const text = readFileSync(file, 'utf8');
  const config = JSON.parse(text) as Partial<Image> & Pick<Image, 'reference'>;
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  return { entrypoint: [], env: {}, layers: {}, ...config, folder, digest };
}
