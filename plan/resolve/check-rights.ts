/** What Drover's account may not do and must: which right, where, and who gives it. */
import type { MissingRights, TargetInventory } from '../inventory';
import { errorAt, type Location, type Problem } from '../problem';
import { secretRef, sourceRef, targetRef } from '../provider-refs';
import type { ManifestSet } from '../manifest-set';
import { manifestAt } from './places';

/** One problem for each right; one for all of a folder that nobody applied. */
export function checkRights(set: ManifestSet, missing: readonly MissingRights[]): Problem[] {
  return missing.flatMap((lacking) => {
    const at = placeOf(set, lacking);
    const { folder, rights } = lacking;
    if (isWhole(lacking)) {
      return [errorAt(at, `Drover has none of its rights ${where(lacking)}`, `apply deploy/${folder} there`)];
    }
    return rights.map((right) => {
      const found = `Drover may not ${right} ${where(lacking)}`;
      return errorAt(at, found, `give its account this right: deploy/${folder} has it`);
    });
  });
}

/** For one sentence: `create jobs.batch in namespace migrated, list nodes in the cluster`. */
export function rightsText(missing: readonly MissingRights[]): string {
  const places = missing.map((lacking) => {
    const rights = isWhole(lacking) ? `all of deploy/${lacking.folder}` : lacking.rights.join(', ');
    return `${rights} ${where(lacking)}`;
  });
  return places.join('; ');
}

/** What could not be read is not judged: the missing right is the problem. `namespace` is null for the cluster. */
export function isUnread(
  { missingRights }: TargetInventory,
  namespace: string | null,
  ...rights: readonly string[]
): boolean {
  const here = missingRights.filter((lacking) => lacking.namespace === namespace);
  return here.some((lacking) => lacking.rights.some((right) => rights.includes(right)));
}

function isWhole({ all, rights }: MissingRights): boolean {
  return all && rights.length > 1;
}

function where({ namespace }: MissingRights): string {
  return namespace === null ? 'in the cluster' : `in namespace ${namespace}`;
}

/** A Provider's Secret is read where Drover runs; everything else is asked of the target. */
function placeOf(set: ManifestSet, { folder, namespace, rights }: MissingRights): Location {
  if (folder !== 'plans') return manifestAt(set.target, '');
  const names = (secret: { namespace: string; name: string } | null) =>
    secret?.namespace === namespace && rights.includes(`get secrets/${secret?.name}`);
  const isSources = names(sourceRef(set.source).secret);
  if (!isSources && names(targetRef(set.target).secret)) return manifestAt(set.target, 'spec.secret');
  const host = isSources ? undefined : set.hosts.find((one) => names(secretRef(one)));
  return manifestAt(host ?? set.source, 'spec.secret');
}
