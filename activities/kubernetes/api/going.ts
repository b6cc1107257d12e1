/** Objects that are being removed. */
import { failure } from '../../failure';
import type { ApiObject } from './kinds';

/** Asked to go; finalizers and grace periods may keep it for a while. */
export function isGoing({ metadata }: ApiObject): boolean {
  return metadata?.deletionTimestamp !== undefined;
}

/** What stands in the way is being removed already. Temporal tries again: the removal ends by itself. */
export function stillGoing(what: string, of = 'an earlier attempt'): Error {
  return failure('TargetUnreachable', `${what} of ${of} is still being removed`);
}
