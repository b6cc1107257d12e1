import { namesPreferences, preferenceFor } from '../../preference';
import { type Policy, seen } from '../policy';

export const noPreference: Policy = {
  id: 'no-preference',
  severity: 'information',
  title: 'Guest without a preference',
  looksAt:
    'the guest operating system that vSphere is set to, if the plan has preferences (`spec.drover.preferences`)',
  found: 'the plan has no preference for its guest id "{}": the target gets none',
  remedy: 'add the guest id to spec.drover.preferences, if one suits it',
  judge: ({ planned: { vm }, context: { set } }) =>
    seen(namesPreferences(set) && preferenceFor(set, vm.guestId) === undefined, vm.guestId),
};
