/** The source that documents speak of. */
import { checkBounds } from './check-bounds';
import { flattenLists } from './documents';
import type { SourceRef } from './frozen';
import { cutProblems, errorAt, refuses, type Problem } from './problem';
import { sourceRef } from './provider-refs';
import { checkAgainst, type Registered } from './registered';
import { readAll, validateManifests } from './validate-manifests';

export interface ReadSource {
  /** Null where a problem refuses it, and where it may be registered at the worker. */
  source: SourceRef | null;
  problems: Problem[];
}

/**
 * The Plan's source where the documents hold a Plan, else their only vSphere Provider.
 * Enough for looking at an inventory before any plan is written.
 */
export function readSource(documents: readonly unknown[], registered: Registered = 'none'): ReadSource {
  const passed = checkBounds(documents);
  if (passed !== null) return { source: null, problems: [passed] };
  if (holdsPlan(documents)) {
    const { set, problems } = validateManifests(documents, registered);
    return { source: set === null ? null : sourceRef(set.source), problems };
  }
  const read = readAll(documents);
  const problems = cutProblems([
    ...read.flatMap((document) => document.problems),
    ...checkAgainst(registered, read),
  ]);
  const [only, ...others] = read.flatMap(({ manifest }) =>
    manifest?.kind === 'Provider' && manifest.spec.type === 'vsphere' ? [manifest] : [],
  );
  if (refuses(problems)) return { source: null, problems };
  if (only !== undefined && others.length === 0) return { source: sourceRef(only), problems };
  const found =
    only === undefined
      ? 'no Provider of type vsphere is among the manifests'
      : 'several Providers of type vsphere are among the manifests';
  const remedy = only === undefined ? 'add one' : 'give one, or a Plan that names one';
  return { source: null, problems: [...problems, errorAt({ path: '' }, found, remedy)] };
}

function holdsPlan(documents: readonly unknown[]): boolean {
  return documents
    .flatMap((document) => flattenLists(document))
    .some(({ value }) => (value as { kind?: unknown } | null)?.kind === 'Plan');
}
