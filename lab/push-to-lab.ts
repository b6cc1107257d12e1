/** Puts an image that was made elsewhere into the registry of a lab that runs. */
import { existsSync } from 'node:fs';
import { parseImageReference } from '../plan/image-reference';
import { runningProcesses } from './down';
import { labImage } from './lab-images';
import { labLayout } from './layout';
import { copyImage } from './push-image';
import { LabRefusal } from './refusal';
import { readState } from './state';

interface PushedImage {
  /** What a map and `drover plugin test` call it. */
  reference: string;
  /** `sha256:…` */
  digest: string;
}

/** A repository, perhaps with a tag, and no registry before it. */
const NAME = /^[a-z0-9][a-z0-9._/-]*(:[A-Za-z0-9_][A-Za-z0-9._-]*)?$/;

/**
 * @param layout a folder in the OCI layout, or a tar archive
 * @throws LabRefusal where no lab runs, the name is none, or the image can not be read
 */
export async function pushToLab(dir: string, layout: string, name: string): Promise<PushedImage> {
  const state = readState(dir);
  if (state === null || runningProcesses(labLayout(dir)).length === 0) {
    throw new LabRefusal(`no lab is running in ${dir}; start it with: drover lab up --dir ${dir}`);
  }
  if (!existsSync(layout)) throw new LabRefusal(`there is no ${layout}; name an OCI layout or an archive`);
  const reference = name.includes(':') ? `${state.registry}/${name}` : labImage(state.registry, name);
  if (!NAME.test(name) || parseImageReference(reference) === null) {
    throw new LabRefusal(`${name} is no name of an image: give one such as vendor/offload or offload:1.4`);
  }
  try {
    return { reference, digest: await copyImage(layout, { reference }) };
  } catch (error) {
    throw new LabRefusal((error as Error).message);
  }
}
