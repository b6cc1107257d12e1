/** Where problems of a resolved plan point to. */
import { manifestName } from '../documents';
import type { Manifest } from '../manifests/kinds';
import type { Location } from '../problem';
import type { ManifestSet } from '../manifest-set';

export function manifestAt(manifest: Manifest, path: string): Location {
  return { manifest: manifestName(manifest.kind, manifest.metadata), path };
}

export function planAt(set: ManifestSet, path: string): Location {
  return manifestAt(set.plan, path);
}

/** One VM of the plan, or one of its fields. */
export function entryAt(set: ManifestSet, index: number, field?: string): Location {
  return planAt(set, field === undefined ? `spec.vms[${index}]` : `spec.vms[${index}].${field}`);
}
