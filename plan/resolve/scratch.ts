/** Which class the scratch volume of a conversion is of. */
import type { TargetInventory, TargetStorageClass } from '../inventory';
import { errorAt, type Problem } from '../problem';
import { didYouMean } from '../suggest';
import type { ManifestSet } from '../manifest-set';
import { planAt } from './places';
import type { DecidedVm } from './decided-disks';

/**
 * The plan's own; else the first class of the VM's disks, or the target's default class, that offers a file system.
 * Null where there is none, or where the plan's is not one of the target's.
 */
export function scratchClass(
  { plan }: ManifestSet,
  { disks }: DecidedVm,
  { storageClasses }: TargetInventory,
): string | null {
  const wish = plan.spec.conversionTempStorageClass;
  const find = (name: string) => storageClasses.find((candidate) => candidate.name === name);
  if (wish !== '') return find(wish)?.name ?? null;
  const ofDisks = disks.map(({ target }) => find(target?.storageClass ?? ''));
  const candidates = [...ofDisks, ...storageClasses.filter(({ isDefault }) => isDefault)];
  return candidates.find((candidate) => candidate !== undefined && holdsFiles(candidate))?.name ?? null;
}

/** A class of which CDI knows nothing is taken at its word: most offer both modes. */
function holdsFiles({ claimPropertySets }: TargetStorageClass): boolean {
  return (
    claimPropertySets.length === 0 || claimPropertySets.some(({ volumeMode }) => volumeMode === 'Filesystem')
  );
}

/** One problem for the plan, whichever of its VMs has it. */
export function checkScratch(
  set: ManifestSet,
  vms: readonly DecidedVm[],
  target: TargetInventory,
): Problem[] {
  const { skipGuestConversion, conversionTempStorageClass: wish } = set.plan.spec;
  const mapped = ({ disks }: DecidedVm) => disks.every((disk) => disk.target !== null);
  const without = vms.filter(mapped).find((vm) => scratchClass(set, vm, target) === null);
  if (skipGuestConversion || without === undefined) return [];
  const at = planAt(set, 'spec.conversionTempStorageClass');
  const names = target.storageClasses.map(({ name }) => name);
  if (wish !== '') {
    const found = `the target has no storage class "${wish}"`;
    return [errorAt(at, found, didYouMean(wish, names, `name one of: ${names.join(', ')}`))];
  }
  const found = `no class of VM "${without.vm.name}" offers a file system for the conversion's scratch volume`;
  return [errorAt(at, found, 'name a class that does')];
}
