/**
 * `xfsCompatibility` of a Plan: its guests have XFS of version 4, which newer kernels do not mount. Another image converts them, with an
 * older kernel. Whoever runs the worker names it, as Forklift's operator does for its controller (VIRT_V2V_IMAGE_XFS).
 */
import type { ManifestSet } from './manifest-set';
import { DEFAULT_CONVERSION_IMAGE } from './manifests/drover-settings';
import { errorAt, type Problem } from './problem';
import { planAt } from './resolve/places';

interface Converted {
  /** Its conversion image is the one that converts its guests. */
  set: ManifestSet;
  problems: Problem[];
}

/** @param image null: the worker has none */
export function withXfsImage(set: ManifestSet, image: string | null): Converted {
  const { spec } = set.plan;
  if (!spec.xfsCompatibility || spec.skipGuestConversion) return { set, problems: [] };
  const problems = [...checkOnlyOne(set), ...checkWorker(set, image)];
  // So that all else that is wrong with the image of a refused plan is said of the field that names it.
  if (image === null || problems.length > 0)
    return { set: withSpec(set, { xfsCompatibility: false }), problems };
  return { set: withSpec(set, { drover: { ...spec.drover, conversionImage: image } }), problems };
}

/** Who writes the default of the other field wants no image of his own. */
function checkOnlyOne(set: ManifestSet): Problem[] {
  const { conversionImage } = set.plan.spec.drover;
  if (conversionImage === DEFAULT_CONVERSION_IMAGE) return [];
  const found = `is "${conversionImage}", and spec.xfsCompatibility: true has the guests converted by another image, which the worker names`;
  const remedy =
    'remove it; or, if it mounts XFS of version 4 and should convert the guests, set spec.xfsCompatibility to false';
  return [errorAt(planAt(set, 'spec.drover.conversionImage'), found, remedy)];
}

function checkWorker(set: ManifestSet, image: string | null): Problem[] {
  if (image !== null) return [];
  const found = 'the worker has no conversion image for guests with XFS of version 4';
  const remedy =
    'whoever runs the worker can name one in DROVER_XFS_CONVERSION_IMAGE; or set it to false, and name one in spec.drover.conversionImage';
  return [errorAt(planAt(set, 'spec.xfsCompatibility'), found, remedy)];
}

function withSpec(set: ManifestSet, changes: Partial<ManifestSet['plan']['spec']>): ManifestSet {
  return { ...set, plan: { ...set.plan, spec: { ...set.plan.spec, ...changes } } };
}
