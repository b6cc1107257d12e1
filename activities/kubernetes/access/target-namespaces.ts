/** Which namespaces Drover may work in: those whose owners say so, and those that the worker's operator lists. */
import { includesPlace, isTarget, missingForTarget, type Place } from '../../../plan/consent';
import { failure } from '../../failure';
import type { Cluster } from './clusters';
import { isGoing } from '../api/going';
import { NAMESPACES } from '../api/kinds';
import { Recent } from '../api/recent';

/** An owner's word that is taken back counts after this long at the latest. */
const FRESH_MS = 60_000;

/** What an owner says of a namespace, where there is one. */
export type NamespaceWord = 'agrees' | 'refuses' | 'absent' | 'ending';

export class TargetNamespaces {
  private readonly recent = new Recent<NamespaceWord>(FRESH_MS);

  /** @param listed as in `includesPlace` */
  constructor(private readonly listed: readonly string[] = []) {}

  /** An owner who has just said yes is heard at once. */
  async look(cluster: Cluster, place: Place): Promise<NamespaceWord> {
    const key = `${cluster.key} ${place.namespace}`;
    const ask = () => this.ask(cluster, place);
    const word = await this.recent.get(key, ask);
    return word === 'agrees' ? word : this.recent.get(key, ask, 0);
  }

  /** As it is at this moment: for who only looks. */
  lookNow(cluster: Cluster, place: Place): Promise<NamespaceWord> {
    return this.recent.get(`${cluster.key} ${place.namespace}`, () => this.ask(cluster, place), 0);
  }

  /**
   * Fails unless Drover may work there.
   * @throws NamespaceNotConsented; TargetRefused where there is none, or soon none any more
   */
  async require(cluster: Cluster, place: Place): Promise<void> {
    const word = await this.look(cluster, place);
    switch (word) {
      case 'agrees':
        return;
      case 'absent':
        throw failure('TargetRefused', `the target has no namespace ${place.namespace}`);
      case 'ending':
        throw failure('TargetRefused', `namespace ${place.namespace} of the target is being deleted`);
      case 'refuses': {
        const { found, command } = missingForTarget(place);
        throw failure('NamespaceNotConsented', `${found}: ${command}`);
      }
    }
  }

  private async ask({ api }: Cluster, place: Place): Promise<NamespaceWord> {
    const found = await api.find(NAMESPACES, { name: place.namespace });
    if (found === null) return 'absent';
    // Nothing can be made there any more, whoever agrees.
    if (isGoing(found) || found.status?.phase === 'Terminating') return 'ending';
    return includesPlace(this.listed, place) || isTarget(found.metadata?.labels) ? 'agrees' : 'refuses';
  }
}
