/**
 * Whether the state of a migration allows what a retry wants changed. Pure. Whether the changes are right in themselves is
 * another question: plan/changes/change-vm.ts.
 */
import { CHANGE_KEYS, type MeantKey, meantBy } from '../../plan/changes/keys';
import { failureSpec, type FailureKind } from '../../plan/failures';
import { errorAt, type Problem } from '../../plan/problem';
import type { DiskState, Phase } from '../temporal-api';
import type { Migration } from './state';

/** Every reason at once; keys that are none are passed over. */
export function changeFaults(migration: Migration, keys: readonly string[]): Problem[] {
  if (migration.memory.givenUp) {
    const found = 'the migration is being given up';
    return [errorAt({ path: '' }, found, 'retry without changes: Drover goes on with giving up')];
  }
  return keys.flatMap((key) => {
    const meant = meantBy(key);
    const fault = meant === null ? null : faultOf(migration, meant);
    return fault === null ? [] : [errorAt({ path: key }, fault.found, fault.remedy)];
  });
}

type Fault = Pick<Problem, 'found' | 'remedy'>;

const LEAVE_OUT = 'leave it out';

function faultOf(migration: Migration, { row, disk }: MeantKey): Fault | null {
  const { until } = CHANGE_KEYS[row];
  switch (until) {
    case 'disk':
      return diskFault(migration.state.disks.find(({ index }) => index === disk));
    case 'convert':
      return conversionFault(migration, row);
    default:
      return phaseFault(migration, until);
  }
}

function phaseFault({ memory }: Migration, phase: Phase): Fault | null {
  if (!memory.done.has(phase)) return null;
  return { found: `the phase ${phase} is done, so that this has no effect any more`, remedy: LEAVE_OUT };
}

/** What has been copied is never thrown away for another setting. A disk that there is not is the plan's to refuse. */
function diskFault(disk: DiskState | undefined): Fault | null {
  if (disk?.phase !== 'copied') return null;
  return {
    found: `disk ${disk.index} is copied already, and its volume ${disk.volumeName} is filled`,
    remedy: `${LEAVE_OUT}; or abort, and migrate the VM with another map`,
  };
}

function conversionFault({ vm, state, memory }: Migration, row: MeantKey['row']): Fault | null {
  if (state.conversion !== null) {
    const found = state.conversion.converted
      ? 'the guest is converted already'
      : 'it is decided already that the guest stays as it is';
    return { found, remedy: `${LEAVE_OUT}; or abort, and migrate the VM with another plan` };
  }
  if (vm.conversion === null) return { found: 'this guest is not to be converted', remedy: LEAVE_OUT };
  if (!NEEDS_CLEAN_DISKS.has(row) || memory.converting === null) return null;
  const { kind } = state.attention?.failure ?? { kind: null };
  if (kind !== null && leavesDisksAsTheyWere(kind)) return null;
  return {
    found: 'the conversion may have begun to write to the disks',
    remedy: 'retry without it: the conversion goes on where it stopped; or abort',
  };
}

/** Changes after which the conversion begins anew, or never: what it has written so far must be on its scratch volume alone. */
const NEEDS_CLEAN_DISKS: ReadonlySet<MeantKey['row']> = new Set([
  'conversion',
  'conversionImage',
  'conversionTempStorageSize',
]);

/** virt-v2v ended before anything of its result was written to the disks. */
function leavesDisksAsTheyWere(kind: FailureKind): boolean {
  return kind === 'ScratchFull' || failureSpec(kind).policy === 'onUnconvertible';
}
