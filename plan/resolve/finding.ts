/** A concern about a VM in the words of a problem. */
import { type Concern, type ConcernId, CONCERNS, foundBy } from '../concerns';

export interface Finding {
  id: ConcernId;
  found: string;
  remedy: string;
}

export function findingOf(concern: Concern): Finding {
  return { id: concern.id, found: foundBy(concern), remedy: CONCERNS[concern.id].remedy };
}
