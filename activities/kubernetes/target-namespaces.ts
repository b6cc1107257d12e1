/** Which namespaces Drover may work in: those whose owners say so, and those that the worker's operator lists. */
import { includesPlace, isTarget, missingForTarget, type Place } from '../../plan/consent';
import { failure } from '../failure';
import type { Cluster } from './clusters';
import { type Namespace, NAMESPACES } from './kinds';
import { Recent } from './recent';

/** An owner's word that is taken back counts after this long at the latest. */
const FRESH_MS = 30_000;

export class TargetNamespaces {
  private readonly recent = new Recent<true | null>(FRESH_MS);

  /** @param listed as in `includesPlace` */
  constructor(private readonly listed: readonly string[] = []) {}

  /** @param found the namespace at `place`, read just now */
  includes(place: Place, found: Namespace): boolean {
    return includesPlace(this.listed, place) || isTarget(found.metadata?.labels);
  }

  /**
   * Fails unless Drover may work there. A no is not remembered: an owner who says yes is heard at once.
   * @throws NamespaceNotConsented; TargetRefused where there is none
   */
  async require({ api, key }: Cluster, place: Place): Promise<void> {
    const consents = await this.recent.get(`${key} ${place.namespace}`, async () => {
      const found = await api.find(NAMESPACES, { name: place.namespace });
      if (found === null) throw failure('TargetRefused', `the target has no namespace ${place.namespace}`);
      return this.includes(place, found) ? true : null;
    });
    if (consents !== null) return;
    const { found, command } = missingForTarget(place);
    throw failure('NamespaceNotConsented', `${found}: ${command}`);
  }
}
