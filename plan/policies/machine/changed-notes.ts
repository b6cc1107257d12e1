import { cutList } from '../../cut';
import { changedNotesOf } from '../../resolve/source-notes';
import { type Policy, seen } from '../policy';

/** Of one VM, so that the problem stays readable. */
const MOST_NAMED = 5;

export const changedNotes: Policy = {
  id: 'changed-notes',
  severity: 'information',
  title: 'Tags and attributes in another form',
  looksAt: '`tagMapping` of the plan, and the tags and custom attributes of the VM',
  found: 'what the vCenter notes on it fits no label or annotation as it is: {}',
  remedy: 'rename it in the vCenter, or look for it under its new name',
  judge: ({ planned: { vm }, context }) => {
    const changed = changedNotesOf(context, vm.moref);
    return seen(changed.length > 0, cutList(changed, MOST_NAMED).join('; '));
  },
};
