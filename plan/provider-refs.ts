/** From Providers to what activities need to reach them: addresses and names of Secrets, never their values. */
import { checkBounds } from './check-bounds';
import { flattenLists } from './documents';
import type { SourceRef, TargetRef } from './frozen';
import type { ProviderManifest } from './manifests/provider';
import { cutProblems, errorAt, refuses, type Problem } from './problem';
import { readAll, validateManifests } from './validate-manifests';

export function sourceRef(provider: ProviderManifest): SourceRef {
  return {
    provider: provider.metadata,
    url: provider.spec.url,
    secret: secretRef(provider),
    vddkImage: provider.spec.settings.vddkInitImage ?? null,
  };
}

export function targetRef(provider: ProviderManifest): TargetRef {
  const { secret, url } = provider.spec;
  return { provider: provider.metadata, url, secret: secret.name === '' ? null : secretRef(provider) };
}

function secretRef(provider: ProviderManifest): { namespace: string; name: string } {
  const { name, namespace } = provider.spec.secret;
  return { namespace: namespace ?? provider.metadata.namespace, name };
}

/**
 * The source that documents speak of: the Plan's where they hold one, else their only vSphere Provider.
 * Enough for looking at an inventory before any plan is written.
 */
export function readSource(documents: readonly unknown[]): { source: SourceRef | null; problems: Problem[] } {
  const passed = checkBounds(documents);
  if (passed !== null) return { source: null, problems: [passed] };
  if (holdsPlan(documents)) {
    const { set, problems } = validateManifests(documents);
    return { source: set === null ? null : sourceRef(set.source), problems };
  }
  const read = readAll(documents);
  const problems = cutProblems(read.flatMap((document) => document.problems));
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
