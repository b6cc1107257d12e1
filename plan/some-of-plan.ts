/**
 * The plan of some of its VMs alone, for a wave that takes them in while it runs: what such a wave is sent, and keeps in
 * its history, is small, however large the plan is. Documents are foreign data, within the bounds of `checkBounds`.
 */
import { DEFAULT_NAMESPACE, type Document, flattenLists, isDocument, manifestName } from './documents';
import { EntryTexts, type PlacedEntry } from './entry-texts';
import { formatPath, parsePath } from './field-path';
import { partOfPlan, takeApart } from './plan-parts';
import { errorAt, type Location, type Problem } from './problem';
import { didYouMean } from './suggest';

/** Finds VMs by the id or name that their entries have: each once, in the order of the plan. */
export function chooseEntries(
  documents: readonly unknown[],
  texts: readonly string[],
): { chosen: PlacedEntry[]; problems: Problem[] } {
  const { frame, entries } = takeApart(documents);
  const known = new EntryTexts(entries);
  const places = new Set<number>();
  const problems: Problem[] = [];
  const add = (found: string, remedy: string) => problems.push(errorAt(entryIn(frame), found, remedy));
  for (const text of new Set(texts)) {
    const [place, ...others] = known.placesOf(text);
    if (place === undefined) {
      const remedy = didYouMean(text, known.all(), 'name a VM as spec.vms does, by its id or name there');
      add(`no VM "${text}" is in spec.vms`, remedy);
    } else if (others.length > 0)
      add(`${others.length + 1} entries of spec.vms go by "${text}"`, 'give the id of one');
    else places.add(place);
  }
  const inOrder = [...places].sort((one, other) => one - other);
  return { chosen: inOrder.map((place) => ({ place, entry: entries[place]! })), problems };
}

/**
 * The documents, whose Plan has the entries at these places alone, and what is acknowledged of them; and of `spec.drover.wave`, what says the group and
 * priority of each, and which of them are canaries. A number of canaries is of the whole plan: it makes none of them one.
 */
export function someOfPlan(documents: readonly unknown[], places: readonly number[]): Document[] {
  const parts = takeApart(documents);
  const { entries, wave } = parts;
  const known = new EntryTexts(entries);
  const isMeant = (text: unknown): boolean => {
    const [place, ...others] = typeof text === 'string' ? known.placesOf(text) : [];
    return place !== undefined && others.length === 0 && places.includes(place);
  };
  const roles = rolesOf(wave, isMeant);
  const some = places.map((place) => ({ place, entry: entries[place] ?? {} }));
  return partOfPlan(parts, some).map((document) =>
    document.kind === 'Plan' ? withRoles(document, roles) : document,
  );
}

/** Groups without their order: a wave that runs has its own. */
function rolesOf({ groups, priorities, canary }: Document, isMeant: (text: unknown) => boolean): Document {
  const theirs = listOf(groups)
    .filter(isDocument)
    .map(({ after: _, ...group }) => ({ ...group, vms: listOf(group.vms).filter(isMeant) }))
    .filter(({ vms }) => vms.length > 0);
  const canaries = isDocument(canary) ? listOf(canary.vms).filter(isMeant) : [];
  return {
    groups: theirs,
    priorities: listOf(priorities)
      .filter(isDocument)
      .filter(({ vm }) => isMeant(vm)),
    ...(canaries.length > 0 && { canary: { vms: canaries } }),
  };
}

function withRoles(plan: Document, roles: Document): Document {
  const { spec } = plan;
  if (!isDocument(spec) || !isDocument(spec.drover) || !isDocument(spec.drover.wave)) return plan;
  const { drover } = spec;
  return { ...plan, spec: { ...spec, drover: { ...drover, wave: { ...spec.drover.wave, ...roles } } } };
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What is wrong with the plan of these places, where the whole plan has it. */
export function placedIn(places: readonly number[], problem: Problem): Problem {
  const [spec, vms, index, ...field] = parsePath(problem.location.path);
  const place = spec === 'spec' && vms === 'vms' && typeof index === 'number' ? places[index] : undefined;
  if (place === undefined) return problem;
  return {
    ...problem,
    location: { ...problem.location, path: formatPath(['spec', 'vms', place, ...field]) },
  };
}

/** `spec.vms` of the Plan among the documents, or one entry of it. */
export function entryIn(documents: readonly unknown[], place?: number): Location {
  const path = place === undefined ? 'spec.vms' : `spec.vms[${place}]`;
  const flat = documents.flatMap((document) => flattenLists(document)).map(({ value }) => value);
  const plan = flat.filter(isDocument).find(({ kind }) => kind === 'Plan');
  const { name, namespace = DEFAULT_NAMESPACE } = isDocument(plan?.metadata) ? plan.metadata : {};
  if (typeof name !== 'string' || typeof namespace !== 'string') return { path };
  return { manifest: manifestName('Plan', { namespace, name }), path };
}
