import { failure } from '../../failure';

/** What stands in the way is being removed already. Temporal tries again: the removal ends by itself. */
export function stillGoing(what: string, of = 'an earlier attempt'): Error {
  return failure('TargetUnreachable', `${what} of ${of} is still being removed`);
}
