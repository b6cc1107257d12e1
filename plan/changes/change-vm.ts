/**
 * A frozen VM with other settings: by the rules that froze it, so that it is what a plan with these settings would have given.
 * What its migration has done already does not matter here: see workflows/migrate-vm/may-change.ts.
 */
import { cut } from '../cut';
import type { DiskKind } from '../disk-kinds';
import { expectedCards } from '../expected-addresses';
import type { FrozenDisk, FrozenVm, PluginMethod } from '../frozen';
import type { CheckedImages } from '../images';
import type { TargetInventory } from '../inventory';
import { errorAt, type Problem, refuses } from '../problem';
import { checkFrozen } from '../resolve/check-frozen';
import { conversionImageProblems, pinned, pluginImageProblems } from '../resolve/check-images';
import { SHARED_MODES, takesSharedDisk, volumePlace } from '../resolve/storage-target';
import { overheadOf, requestBytes } from '../resolve/volume-size';
import { type KeptChange, LONGEST_KEPT_VALUE } from './keys';
import type { Change } from './read-changes';
import { SETTINGS } from './settings';

/** What the changes need to know of source, target and registries. */
export interface ChangeWorld extends Pick<TargetInventory, 'storageClasses' | 'filesystemOverhead'> {
  images: CheckedImages;
  /** Kinds of the source's disks that no import copies right, by device key; without those that have none. */
  unimportable: ReadonlyMap<number, readonly DiskKind[]>;
}

export interface ChangedVm {
  vm: FrozenVm;
  /** Empty where nothing is wrong. */
  problems: Problem[];
}

export function changeVm(vm: FrozenVm, changes: readonly Change[], world: ChangeWorld): ChangedVm {
  const settled = changes.reduce((one, change) => writeSetting(one, change, world), vm);
  const ofDisks = [...new Set(changes.flatMap(({ disk }) => disk ?? []))];
  const changed = ofDisks.map((index) => changeDisk(settled, index, changes, world));
  const disks = settled.disks.map(
    (disk) => changed.find(({ disk: one }) => one?.key === disk.key)?.disk ?? disk,
  );
  const result = { ...settled, disks };
  const problems = [
    ...changed.flatMap((one) => one.problems),
    ...converterProblems(vm, result, world),
    ...proofProblems(vm, result),
  ].filter(({ severity }) => severity === 'error');
  return { vm: result, problems: refuses(problems) ? problems : checkFrozen(result, { path: '' }) };
}

/** What the record keeps of each. */
export function keptChanges(before: FrozenVm, after: FrozenVm, changes: readonly Change[]): KeptChange[] {
  const short = (text: string) => cut(text, LONGEST_KEPT_VALUE);
  return changes.map((change) => ({
    key: short(change.key),
    before: short(valueIn(before, change)),
    after: short(valueIn(after, change)),
  }));
}

// ---- The VM -------------------------------------------------------------------------------------------------

function writeSetting(vm: FrozenVm, { row, value }: Change, world: ChangeWorld): FrozenVm {
  if (row === 'conversionTempStorageSize') return withScratch(vm, Number(value), world);
  return row in SETTINGS ? SETTINGS[row as keyof typeof SETTINGS].write(vm, value) : vm;
}

function withScratch(vm: FrozenVm, bytes: number, world: ChangeWorld): FrozenVm {
  const { conversion } = vm;
  if (conversion === null) return vm;
  const overhead = overheadOf(world, conversion.scratch.storageClass);
  const scratch = { ...conversion.scratch, requestBytes: requestBytes(bytes, 'Filesystem', overhead) };
  return { ...vm, conversion: { ...conversion, scratch } };
}

function converterProblems(before: FrozenVm, { conversion, ...vm }: FrozenVm, world: ChangeWorld): Problem[] {
  if (conversion === null || conversion.image === before.conversion?.image) return [];
  return conversionImageProblems({ path: 'conversionImage' }, conversion.image, rulesOf(vm), world.images);
}

function proofProblems(before: FrozenVm, { nics, policy, startTarget }: FrozenVm): Problem[] {
  const isNew = policy.verify.by === 'network' && before.policy.verify.by !== 'network';
  if (!isNew || !startTarget || expectedCards(nics).length > 0) return [];
  const found = 'no card has an address that the target can be proven by';
  return [errorAt({ path: 'verify.by' }, found, 'give agent, console, port or none')];
}

// ---- One disk -----------------------------------------------------------------------------------------------

interface ChangedDisk {
  disk: FrozenDisk | null;
  problems: Problem[];
}

function changeDisk(
  vm: FrozenVm,
  index: number,
  changes: readonly Change[],
  world: ChangeWorld,
): ChangedDisk {
  const said = changes.filter(({ disk }) => disk === index);
  const before = vm.disks.find((disk) => disk.index === index);
  if (before === undefined) return { disk: null, problems: [noDisk(vm, said[0]!)] };
  const problems: Problem[] = [];
  let disk = before;
  for (const change of said) {
    const changed = changeMethod(disk, change, said, world);
    if ('severity' in changed) problems.push(changed);
    else disk = changed;
  }
  const placed = changePlace(disk, said, world);
  if ('severity' in placed) return { disk, problems: [...problems, placed] };
  return {
    disk: withImage(placed, said, world),
    problems: [...problems, ...imageProblems(vm, placed, said, world)],
  };
}

function noDisk({ attached = [], disks, vm }: FrozenVm, { key, disk }: Change): Problem {
  const owner = attached.find(({ index }) => index === disk)?.owner;
  if (owner !== undefined) {
    const found = `the migration of ${owner.name} copies disk ${disk}, and ${vm.name} attaches its volume`;
    return errorAt({ path: key }, found, 'change it there');
  }
  const last = disks.length + attached.length - 1;
  return errorAt({ path: key }, `${vm.name} has no disk ${disk}`, `give a number from 0 to ${last}`);
}

/** By whom the disk is copied, and with what. */
function changeMethod(
  disk: FrozenDisk,
  { key, row, name = '', value }: Change,
  said: readonly Change[],
  { unimportable }: ChangeWorld,
): FrozenDisk | Problem {
  const { method } = disk;
  const at = { path: key };
  switch (row) {
    case 'disk.N.image':
    case 'disk.N.vars.NAME': {
      const isGivenUp = said.some((other) => other.row === 'disk.N.fallback');
      if (method.kind === 'import' || isGivenUp)
        return errorAt(at, `disk ${disk.index} is imported, by no plugin`, 'leave it out');
      if (row === 'disk.N.vars.NAME')
        return { ...disk, method: { ...method, vars: { ...method.vars, [name]: String(value) } } };
      return { ...disk, method: { ...unpinned(method), image: String(value) } };
    }
    case 'disk.N.fallback': {
      if (method.kind === 'import')
        return errorAt(at, `disk ${disk.index} is imported already`, 'leave it out');
      const kinds = unimportable.get(disk.key) ?? [];
      if (kinds.length > 0)
        return errorAt(at, `no import copies a disk right that is ${kinds.join(' and ')}`, 'mend its plugin');
      const insteadOf = { image: method.image, why: 'an operator gave its plugin up' };
      return { ...disk, method: { kind: 'import', insteadOf } };
    }
    default:
      return disk;
  }
}

/** The digest is another image's. */
function unpinned({ pinnedImage: _, ...method }: PluginMethod): PluginMethod {
  return method;
}

/** Where its volume is. What a class's profile leaves open is to be said, as in a map. */
function changePlace(disk: FrozenDisk, said: readonly Change[], world: ChangeWorld): FrozenDisk | Problem {
  const of = <T>(row: Change['row']) => said.find((change) => change.row === row)?.value as T | undefined;
  const storageClass = of<string>('disk.N.storageClass');
  const volumeMode = of<FrozenDisk['volumeMode']>('disk.N.volumeMode');
  const accessMode = of<Exclude<FrozenDisk['accessMode'], 'ReadOnlyMany'>>('disk.N.accessMode');
  if (storageClass === undefined && volumeMode === undefined && accessMode === undefined) return disk;
  const wish = { storageClass: storageClass ?? disk.storageClass, volumeMode, accessMode };
  const place = volumePlace(wish, world.storageClasses, { prefersBlock: disk.method.kind === 'plugin' });
  if ('field' in place)
    return errorAt({ path: `disk.${disk.index}.${place.field}` }, place.found, place.remedy);
  const isShared = disk.sharedWith !== undefined;
  if (isShared && !takesSharedDisk(wish, world.storageClasses)) {
    const found = 'other VMs attach its volume, which must be of mode Block and ReadWriteMany';
    const remedy = 'name a class that offers this, or give disk.N.volumeMode and disk.N.accessMode, too';
    return errorAt({ path: `disk.${disk.index}` }, found, remedy);
  }
  const overhead = overheadOf(world, place.storageClass);
  const modes = isShared ? SHARED_MODES : place;
  return {
    ...disk,
    ...place,
    ...modes,
    requestBytes: requestBytes(disk.capacityBytes, modes.volumeMode, overhead),
  };
}

/** Another image runs as the digest that its registry named. */
function withImage(disk: FrozenDisk, said: readonly Change[], { images }: ChangeWorld): FrozenDisk {
  const isChanged = said.some(({ row }) => row === 'disk.N.image');
  return isChanged ? { ...disk, method: pinned(disk.method, images) } : disk;
}

function imageProblems(
  vm: FrozenVm,
  { index, method }: FrozenDisk,
  said: readonly Change[],
  { images }: ChangeWorld,
): Problem[] {
  const isChanged = said.some(({ row }) => row === 'disk.N.image');
  if (!isChanged || method.kind !== 'plugin') return [];
  return pluginImageProblems({ path: `disk.${index}.image` }, method, rulesOf(vm), images);
}

function rulesOf({ namespace, policy }: Pick<FrozenVm, 'namespace' | 'policy'>) {
  return { namespace, onUncheckedImage: policy.onUncheckedImage ?? ('refuse' as const) };
}

// ---- The record ---------------------------------------------------------------------------------------------

function valueIn(vm: FrozenVm, { row, disk: index, name = '' }: Change): string {
  if (row in SETTINGS) return SETTINGS[row as keyof typeof SETTINGS].read(vm);
  const disk = vm.disks.find((one) => one.index === index);
  if (disk === undefined) return '';
  const { method } = disk;
  switch (row) {
    case 'disk.N.storageClass':
      return disk.storageClass;
    case 'disk.N.volumeMode':
      return disk.volumeMode;
    case 'disk.N.accessMode':
      return disk.accessMode;
    case 'disk.N.fallback':
      return method.kind === 'import' ? 'import' : (method.fallback ?? 'none');
    case 'disk.N.image':
      return method.kind === 'plugin' ? method.image : '';
    case 'disk.N.vars.NAME':
      return method.kind === 'plugin' && Object.hasOwn(method.vars, name) ? (method.vars[name] ?? '') : '';
    default:
      return '';
  }
}
