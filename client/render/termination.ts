/** What a person must do for a VM whose workflow was terminated by hand: Drover could not react to that. */
import type { VmStatus } from '../vm-handle';
import { shellWord } from './changes';

export function describeTermination({ entry, state }: VmStatus): string[] {
  return [
    `${entry.vm}: TERMINATED by hand: nothing was put back, and the above is how it stood`,
    ...(state === null ? [] : describeSource(state)),
    `  keep:    drover migrate … --vm ${shellWord(entry.vm)} --adopt   keeps the disks that are proven; leave the source off`,
    `  or:      drover migrate … --vm ${shellWord(entry.vm)}   parks it where anything is left over, and says what`,
  ];
}

/** Its target may have been started by a step that the history never heard of. */
function describeSource({ source, target }: NonNullable<VmStatus['state']>): string[] {
  if (!source.stoppedByUs || source.startedAgainAt !== null) return [];
  const { namespace, name } = target;
  return [
    `  source:  stopped by us; see that its target ${namespace}/${name} does not run before you start it in vCenter`,
  ];
}
