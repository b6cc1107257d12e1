import type { FrozenDisk, FrozenVm } from '../../plan/frozen';
import { matchesPattern, parseImageReference } from '../../plan/image-reference';
import { failure } from '../failure';

/**
 * Which images the operator of a worker lets it run. A plan can't widen it: plans come from whoever may start a
 * workflow, so it is looked at again whenever a Job is made.
 */
export class AllowedImages {
  /** @param patterns as in {@link matchesPattern}; null allows every image */
  constructor(readonly patterns: readonly string[] | null) {}

  allows(image: string): boolean {
    if (this.patterns === null) return true;
    const reference = parseImageReference(image);
    return reference !== null && this.patterns.some((pattern) => matchesPattern(reference, pattern));
  }

  /**
   * Of what copies these disks and converts them.
   * @throws ImageNotAllowed
   */
  require({ disks = [], conversion = null }: Partial<Pick<FrozenVm, 'disks' | 'conversion'>>): void {
    const images = [...disks.flatMap(pluginImage), ...(conversion === null ? [] : [conversion.image])];
    const refused = images.filter((image) => !this.allows(image));
    if (refused.length === 0) return;
    throw failure('ImageNotAllowed', `the worker may not run ${[...new Set(refused)].join(', ')}`);
  }
}

function pluginImage({ method }: FrozenDisk): string[] {
  return method.kind === 'plugin' ? [method.pinnedImage ?? method.image] : [];
}
