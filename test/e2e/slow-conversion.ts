/** The lab's conversion image, at work for longer than any test. */
import { imageRecipe } from '../../lab/image-folder';
import { labImage } from '../../lab/lab-images';
import { packagePath } from '../../lab/package-path';
import { pushImage } from '../../lab/push-image';
import type { LabState } from '../../lab/state';

const SECONDS = '3600';

/** Pushes it. @returns what a plan calls it */
export async function slowConversion({ registry }: LabState): Promise<string> {
  const recipe = await imageRecipe(packagePath('lab', 'images', 'conversion'));
  const reference = labImage(registry, 'slow-conversion');
  await pushImage({ ...recipe, env: { ...recipe.env, LAB_CONVERT_SECONDS: SECONDS } }, { reference });
  return reference;
}
