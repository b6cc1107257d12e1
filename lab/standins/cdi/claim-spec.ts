/** The claim of a DataVolume. Fields that the DataVolume leaves open come from the class and its StorageProfile. */
import type { V1PersistentVolumeClaimSpec, V1StorageClass } from '@kubernetes/client-node';
import type { V1beta1StorageSpec } from '@kubevirt-ui-ext/kubevirt-api/containerized-data-importer';
import { parseBytes } from '../quantity';
import type { ClaimPropertySet, DataVolume } from '../resources';
import type { World } from '../world';

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const DEFAULT_VIRT_CLASS = 'storageclass.kubevirt.io/is-default-virt-class';
const MIB = 1024 * 1024;

/** The DataVolume can't become a claim; the message goes into an event. */
export class ClaimNotValid extends Error {}

type Facts = Pick<World, 'classes' | 'profiles' | 'configs'>;

/** @throws ClaimNotValid */
export function claimSpec(volume: DataVolume, facts: Facts): V1PersistentVolumeClaimSpec {
  const { pvc, storage } = volume.spec;
  if (pvc) return pvc as V1PersistentVolumeClaimSpec;
  if (!storage) throw new ClaimNotValid('neither pvc nor storage is given');
  const storageClass = findClass(storage.storageClassName, facts);
  const name = storageClass.metadata?.name ?? '';
  const modes = findModes(storage, name, facts);
  const requested = parseBytes(storage.resources?.requests?.storage ?? '0');
  const bytes =
    modes.volumeMode === 'Filesystem' ? withOverhead(requested, overheadOf(name, facts)) : requested;
  return {
    storageClassName: name,
    accessModes: modes.accessModes,
    volumeMode: modes.volumeMode,
    resources: { requests: { storage: String(bytes) } },
  };
}

/** The class of the DataVolume's claim: the named one, else the default for machines, else the cluster's default. */
export function findClass(name: string | undefined, facts: Facts): V1StorageClass {
  const classes = facts.classes.all();
  const marked = (annotation: string) =>
    classes.find((candidate) => candidate.metadata?.annotations?.[annotation] === 'true');
  const found = name ? facts.classes.get(name) : (marked(DEFAULT_VIRT_CLASS) ?? marked(DEFAULT_CLASS));
  if (found) return found;
  throw new ClaimNotValid(name ? `StorageClass ${name} does not exist` : 'there is no default StorageClass');
}

/** The DataVolume's own modes, completed from the profile's first set that agrees with them. */
function findModes(storage: V1beta1StorageSpec, className: string, facts: Facts): ClaimPropertySet {
  const { volumeMode, accessModes = [] } = storage;
  if (volumeMode && accessModes.length > 0) return { volumeMode, accessModes };
  const known = facts.profiles.get(className)?.status?.claimPropertySets ?? [];
  const fitting = known.find(
    (set) =>
      (!volumeMode || set.volumeMode === volumeMode) &&
      accessModes.every((mode) => set.accessModes.includes(mode)),
  );
  if (fitting === undefined) {
    throw new ClaimNotValid(`no accessMode specified in StorageProfile ${className}`);
  }
  return {
    volumeMode: fitting.volumeMode,
    accessModes: accessModes.length > 0 ? accessModes : fitting.accessModes,
  };
}

/** The share of a volume that its file system takes. */
export function overheadOf(className: string, facts: Pick<World, 'configs'>): number {
  const overhead = facts.configs.get('config')?.status?.filesystemOverhead;
  return Number(overhead?.storageClass?.[className] ?? overhead?.global ?? 0);
}

/** CDI 1.66, pkg/util/util.go: GetRequiredSpace. */
function withOverhead(requested: number, overhead: number): number {
  const aligned = Math.ceil(requested / MIB) * MIB;
  return Math.ceil(aligned * (1 + overhead));
}
