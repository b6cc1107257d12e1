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
}

/** `field` is the field of the entry's destination that is wrong. */
export type StorageTargetResult =
  { kind: 'target'; target: StorageTarget } | { kind: 'wrong'; field: string; found: string; remedy: string };

type Destination = StorageMapEntry['destination'];

export function storageTarget(destination: Destination, target: TargetInventory): StorageTargetResult {
  const found = findClass(destination.storageClass, target.storageClasses);
  if ('remedy' in found) return { kind: 'wrong', field: 'storageClass', ...found };
  const method = copyMethod(destination);
  const modes = chooseModes(destination, found, method);
  if (modes === null) {
    return {
      kind: 'wrong',
      field: destination.volumeMode === undefined ? 'volumeMode' : 'accessMode',
      ...describeModeless(destination, found),
    };
  }
  const supports = destination.offloadPlugin?.supports ?? [];
  return { kind: 'target', target: { storageClass: found.name, ...modes, method, supports } };
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

/** The map's word; what it leaves open, the class's profile says, best first. An array copies blocks, so a plugin prefers them. */
function chooseModes(
  destination: Destination,
  { claimPropertySets }: TargetStorageClass,
  method: CopyMethod,
): Modes | null {
  const { accessMode, volumeMode } = destination;
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
  const block = method.kind === 'plugin' ? fitting.find((modes) => modes.volumeMode === 'Block') : undefined;
  return block ?? fitting[0] ?? null;
}

function describeModeless(
  destination: Destination,
  storageClass: TargetStorageClass,
): { found: string; remedy: string } {
  const { accessMode, volumeMode } = destination;
  const wish = [volumeMode, accessMode].filter((mode) => mode !== undefined).join(' and ');
  const profile = `the StorageProfile of class "${storageClass.name}"`;
  const found =
    wish === '' ? `${profile} names no modes to write with` : `${profile} names none with ${wish}`;
  return { found, remedy: 'give both volumeMode and accessMode' };
}
