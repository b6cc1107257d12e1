/** The source that documents speak of. */
import { checkBounds } from './check-bounds';
import { flattenLists, manifestName } from './documents';
import type { SourceRef } from './frozen';
import { cutProblems, errorAt, refuses, type Problem } from './problem';
import { sourceRef } from './provider-refs';
import type { ReadDocument } from './read-document';
import { checkAgainst, findRegistered, notFound, type Registered } from './registered';
import { readAll, validateManifests } from './validate-manifests';

export interface ReadSource {
  /** Null where a problem refuses it, and where it may be registered at the worker. */
  source: SourceRef | null;
  problems: Problem[];
}

export interface NamedProvider {
  namespace: string;
  name: string;
}

/**
 * The Provider that is asked for by name; else the Plan's source where the documents hold a Plan, else their only vSphere
 * Provider. Enough for looking at an inventory before any plan is written.
 */
export function readSource(
  documents: readonly unknown[],
  registered: Registered = 'none',
  wanted?: NamedProvider,
): ReadSource {
  const passed = checkBounds(documents);
  if (passed !== null) return { source: null, problems: [passed] };
  if (wanted === undefined && holdsPlan(documents)) {
    const { set, problems } = validateManifests(documents, registered);
    return { source: set === null ? null : sourceRef(set.source), problems };
  }
  const read = readAll(documents);
  const problems = cutProblems([
    ...read.flatMap((document) => document.problems),
    ...checkAgainst(registered, read),
  ]);
  if (refuses(problems)) return { source: null, problems };
  const found = wanted === undefined ? onlySource(read) : namedSource(read, registered, wanted);
  return { source: found.source, problems: [...problems, ...found.problems] };
}

function onlySource(read: readonly ReadDocument[]): ReadSource {
  const [only, ...others] = read.flatMap(({ manifest }) =>
    manifest?.kind === 'Provider' && manifest.spec.type === 'vsphere' ? [manifest] : [],
  );
  if (only !== undefined && others.length === 0) return { source: sourceRef(only), problems: [] };
  const found =
    only === undefined
      ? 'no Provider of type vsphere is among the manifests'
      : 'several Providers of type vsphere are among the manifests';
  const remedy = only === undefined ? 'add one' : 'give one, or a Plan that names one';
  return { source: null, problems: [errorAt({ path: '' }, found, remedy)] };
}

function namedSource(
  read: readonly ReadDocument[],
  registered: Registered,
  wanted: NamedProvider,
): ReadSource {
  const name = manifestName('Provider', wanted);
  const brought = read.find((document) => document.name === name)?.manifest;
  const provider = brought?.kind === 'Provider' ? brought : findRegistered(registered, name);
  if (provider?.spec.type === 'vsphere') return { source: sourceRef(provider), problems: [] };
  const refused = (found: string, remedy: string) => ({
    source: null,
    problems: [errorAt({ path: '' }, found, remedy)],
  });
  if (provider !== null)
    return refused(`${name} is of type ${provider.spec.type}`, 'name one of type vsphere');
  if (registered === 'unknown') return { source: null, problems: [] };
  return refused(notFound(registered, name), 'add its manifest, or name one that is there');
}

function holdsPlan(documents: readonly unknown[]): boolean {
  return documents
    .flatMap((document) => flattenLists(document))
    .some(({ value }) => (value as { kind?: unknown } | null)?.kind === 'Plan');
}
