/** Where the disks of one mapped datastore go: class, modes and copy method. */
import type { AccessMode, TargetInventory, TargetStorageClass, VolumeMode } from '../inventory';
import type { DiskKind } from '../disk-kinds';
import type { CopyMethod } from '../frozen';
import type { StorageMapEntry } from '../manifests/storage-map';
import { didYouMean } from '../suggest';

export interface StorageTarget {
  storageClass: string;
  volumeMode: VolumeMode;
  accessMode: AccessMode;
  /** Of an ordinary disk. */
  method: CopyMethod;
  /** Kinds of other disks that the plugin copies right. */
  supports: readonly DiskKind[];
  /** Whether a disk that several VMs write may go there: its volume is of {@link SHARED_MODES}. */
  takesShared: boolean;
}

/** Of a volume that several VirtualMachines write: KubeVirt takes no others. */
export const SHARED_MODES = { volumeMode: 'Block', accessMode: 'ReadWriteMany' } as const;

/** `field` is the field of the entry's destination that is wrong. */
export type StorageTargetResult =
  { kind: 'target'; target: StorageTarget } | { kind: 'wrong'; field: string; found: string; remedy: string };

type Destination = StorageMapEntry['destination'];

export function storageTarget(destination: Destination, target: TargetInventory): StorageTargetResult {
  const method = copyMethod(destination);
  const prefersBlock = method.kind === 'plugin';
  const place = volumePlace(destination, target.storageClasses, { prefersBlock });
  if ('field' in place) return { kind: 'wrong', ...place };
  const supports = destination.offloadPlugin?.supports ?? [];
  const takesShared = takesSharedDisk(destination, target.storageClasses);
  return { kind: 'target', target: { ...place, method, supports, takesShared } };
}

type VolumeWish = Pick<Destination, 'storageClass' | 'volumeMode' | 'accessMode'>;
type VolumePlace = Pick<StorageTarget, 'storageClass' | 'volumeMode' | 'accessMode'>;

/**
 * Of which class and modes a volume is, or the field of the wish that is wrong.
 * @param prefersBlock an array copies blocks, so a plugin prefers them
 */
export function volumePlace(
  wish: VolumeWish,
  classes: readonly TargetStorageClass[],
  { prefersBlock }: { prefersBlock: boolean },
): VolumePlace | { field: keyof VolumeWish; found: string; remedy: string } {
  const found = findClass(wish.storageClass, classes);
  if ('remedy' in found) return { field: 'storageClass', ...found };
  const modes = chooseModes(wish, found, prefersBlock);
  if (modes !== null) return { storageClass: found.name, ...modes };
  const field = wish.volumeMode === undefined ? 'volumeMode' : 'accessMode';
  return { field, ...describeModeless(wish, found) };
}

function copyMethod({ offloadPlugin }: Destination): CopyMethod {
  if (offloadPlugin === undefined) return { kind: 'import' };
  const { image, imagePullSecret, vars, secret, fallback, attachTarget } = offloadPlugin;
  const own = secret === undefined ? {} : { secret };
  return { kind: 'plugin', image, imagePullSecret, vars, ...own, fallback, attachTarget };
}

function findClass(
  name: string,
  classes: readonly TargetStorageClass[],
): TargetStorageClass | { found: string; remedy: string } {
  const names = classes.map((candidate) => candidate.name);
  const listed = names.length === 0 ? 'create one: the target has none' : `name one of: ${names.join(', ')}`;
  if (name !== '') {
    const named = classes.find((candidate) => candidate.name === name);
    return (
      named ?? { found: `the target has no storage class "${name}"`, remedy: didYouMean(name, names, listed) }
    );
  }
  const [only, ...others] = classes.filter((candidate) => candidate.isDefault);
  if (only === undefined)
    return { found: 'no class is given, and the target has no default class', remedy: listed };
  if (others.length === 0) return only;
  return { found: 'no class is given, and the target has several default classes', remedy: listed };
}

type Modes = Pick<StorageTarget, 'volumeMode' | 'accessMode'>;

/** The map's word; what it leaves open, the class's profile says, best first. */
function chooseModes(
  { accessMode, volumeMode }: VolumeWish,
  { claimPropertySets }: TargetStorageClass,
  prefersBlock: boolean,
): Modes | null {
  if (accessMode !== undefined && volumeMode !== undefined) return { accessMode, volumeMode };
  const offered = claimPropertySets.flatMap((set): Modes[] =>
    set.accessModes.map((mode) => ({ accessMode: mode, volumeMode: set.volumeMode })),
  );
  const fitting = offered.filter(
    (modes) =>
      modes.accessMode !== 'ReadOnlyMany' &&
      (accessMode === undefined || modes.accessMode === accessMode) &&
      (volumeMode === undefined || modes.volumeMode === volumeMode),
  );
  const block = prefersBlock ? fitting.find((modes) => modes.volumeMode === 'Block') : undefined;
  return block ?? fitting[0] ?? null;
}

/** Whether a volume can be of {@link SHARED_MODES}: by the wish itself, or by the profile of its class, where that leaves it open. */
export function takesSharedDisk(
  { accessMode, storageClass: name, volumeMode }: VolumeWish,
  classes: readonly TargetStorageClass[],
): boolean {
  const storageClass = findClass(name, classes);
  const fits =
    (accessMode ?? SHARED_MODES.accessMode) === SHARED_MODES.accessMode &&
    (volumeMode ?? SHARED_MODES.volumeMode) === SHARED_MODES.volumeMode;
  if (!fits || 'remedy' in storageClass) return false;
  if (accessMode !== undefined && volumeMode !== undefined) return true;
  return storageClass.claimPropertySets.some(
    (set) => set.volumeMode === SHARED_MODES.volumeMode && set.accessModes.includes(SHARED_MODES.accessMode),
  );
}

function describeModeless(
  { accessMode, volumeMode }: VolumeWish,
  storageClass: TargetStorageClass,
): { found: string; remedy: string } {
  const wish = [volumeMode, accessMode].filter((mode) => mode !== undefined).join(' and ');
  const profile = `the StorageProfile of class "${storageClass.name}"`;
  const found =
    wish === '' ? `${profile} names no modes to write with` : `${profile} names none with ${wish}`;
  return { found, remedy: 'give both volumeMode and accessMode' };
}
