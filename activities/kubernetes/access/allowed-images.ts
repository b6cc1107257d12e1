import { type FrozenVm, hookImage, imagesGivenLogin, type SourceRef } from '../../../plan/frozen';
import { imageMatches } from '../../../plan/consent';
import { failure } from '../../failure';

type UsesImages = Pick<FrozenVm, 'disks' | 'conversion' | 'hooks'> & { source: Pick<SourceRef, 'vddkImage'> };

const NO_SOURCE = { vddkImage: null };

/**
 * Which images the operator of a worker lets it run. A plan can't widen it: plans come from whoever may start a
 * workflow, so it is looked at again whenever a Job is made.
 */
export class AllowedImages {
  /** @param patterns as in `matchesPattern`; null allows every image */
  constructor(readonly patterns: readonly string[] | null) {}

  allows(image: string): boolean {
    return this.patterns === null || imageMatches(image, this.patterns);
  }

  /**
   * Of what copies these disks of a source and converts them, and of hooks.
   * @throws ImageNotAllowed
   */
  require({ source = NO_SOURCE, disks = [], conversion = null, hooks = [] }: Partial<UsesImages>): void {
    const converter = conversion === null ? [] : [conversion.image];
    const images = [...imagesGivenLogin({ source, disks }), ...converter, ...hooks.map(hookImage)];
    const refused = images.filter((image) => !this.allows(image));
    if (refused.length === 0) return;
    throw failure('ImageNotAllowed', `the worker may not run ${[...new Set(refused)].join(', ')}`);
  }
}
