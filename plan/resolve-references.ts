/** From one manifest of a set to the others that it names. */
import { manifestName } from './documents';
import type { ObjectRef } from './manifests/common';
import type { Kind, Manifest } from './manifests/kinds';
import type { PlanManifest } from './manifests/plan';
import type { ProviderManifest } from './manifests/provider';
import { errorAt, type Problem } from './problem';
import type { ReadDocument } from './read-document';
import { findRegistered, notFound, type Registered, registeredNames } from './registered';
import { didYouMean, similar } from './suggest';
import type { ManifestSet } from './manifest-set';

type ManifestOf<K extends Kind> = Extract<Manifest, { kind: K }>;

/** The name that a reference in `from` means, with the namespace filled in. */
function fullName(kind: Kind, ref: ObjectRef, from: Manifest): string {
  return manifestName(kind, { namespace: ref.namespace ?? from.metadata.namespace, name: ref.name });
}

function nameOf(manifest: Manifest): string {
  return manifestName(manifest.kind, manifest.metadata);
}

/** Follows every reference of the plan. What it names and is itself refused has its own problems already. */
export function resolveReferences(
  plan: PlanManifest,
  documents: readonly ReadDocument[],
  registered: Registered,
): {
  /** Null where a manifest is missing, also a Provider that may be registered at the worker. */
  set: ManifestSet | null;
  problems: Problem[];
} {
  const problems: Problem[] = [];
  const sourceName = fullName('Provider', plan.spec.provider.source, plan);
  const find = <K extends Kind>(
    kind: K,
    ref: ObjectRef,
    path: string,
    from: Manifest = plan,
  ): ManifestOf<K> | null => {
    const name = fullName(kind, ref, from);
    const document = documents.find((candidate) => candidate.name === name);
    if (document !== undefined) return document.manifest as ManifestOf<K> | null;
    const elsewhere = kind === 'Provider' ? registered : 'none';
    const provider = findRegistered(elsewhere, name);
    if (provider !== null) return provider as ManifestOf<K>;
    if (elsewhere === 'unknown') return null;
    const known = [...documents.map((other) => other.name), ...registeredNames(elsewhere)];
    // Without what all of them begin with, which would make any of them alike.
    const bare = (full: string) => full.slice(kind.length + 1);
    const alike = known.filter(
      (other) => other.startsWith(`${kind}/`) && similar(bare(name), [bare(other)]).length > 0,
    );
    const remedy = didYouMean(name, alike, 'add it to the manifests');
    problems.push(errorAt({ manifest: nameOf(from), path }, notFound(elsewhere, name), remedy));
    return null;
  };
  const { map, provider } = plan.spec;
  const source = find('Provider', provider.source, 'spec.provider.source.name');
  const target = find('Provider', provider.destination, 'spec.provider.destination.name');
  const storageMap = find('StorageMap', map.storage, 'spec.map.storage.name');
  const networkMap = find('NetworkMap', map.network, 'spec.map.network.name');
  // A Host of another vCenter says nothing of this plan, but its Provider must be there.
  const hosts = documents.flatMap(({ manifest }) => {
    if (manifest?.kind !== 'Host') return [];
    const provider = find('Provider', manifest.spec.provider, 'spec.provider.name', manifest);
    problems.push(...checkManager(manifest, provider));
    const isOfSource = fullName('Provider', manifest.spec.provider, manifest) === sourceName;
    return isOfSource ? [manifest] : [];
  });
  const hooks = new Set(
    plan.spec.vms.flatMap((vm, i) =>
      (vm.hooks ?? []).map(({ hook }, j) => find('Hook', hook, `spec.vms[${i}].hooks[${j}].hook.name`)),
    ),
  );
  problems.push(...checkType(plan, source, 'source'), ...checkType(plan, target, 'destination'));
  for (const used of [storageMap, networkMap]) problems.push(...checkPair(plan, used));
  if (source === null || target === null || storageMap === null || networkMap === null)
    return { set: null, problems };
  const named = [...hooks].filter((hook) => hook !== null);
  return { set: { plan, source, target, storageMap, networkMap, hooks: named, hosts }, problems };
}

const TYPES = { source: 'vsphere', destination: 'openshift' } as const;

function checkType(
  plan: PlanManifest,
  provider: ProviderManifest | null,
  side: keyof typeof TYPES,
): Problem[] {
  if (provider === null || provider.spec.type === TYPES[side]) return [];
  const found = `${nameOf(provider)} is of type ${provider.spec.type}`;
  return [
    errorAt(
      { manifest: nameOf(plan), path: `spec.provider.${side}.name` },
      found,
      `name a Provider of type ${TYPES[side]}`,
    ),
  ];
}

/** Only a vCenter has hosts beside itself. */
function checkManager(host: ManifestOf<'Host'>, provider: ProviderManifest | null): Problem[] {
  if (provider === null) return [];
  const { type, settings } = provider.spec;
  const at = { manifest: nameOf(host), path: 'spec.provider.name' };
  const remedy = 'name the Provider of the vCenter that manages the host';
  if (type !== 'vsphere') return [errorAt(at, `${nameOf(provider)} is of type ${type}`, remedy)];
  if (settings.sdkEndpoint !== 'esxi') return [];
  const found = `${nameOf(provider)} is a single ESXi host: its disks are read at its own address already`;
  return [errorAt(at, found, `${remedy}, or remove the Host`)];
}

/** A map that says which Providers it is for is used for no others. */
function checkPair(plan: PlanManifest, map: ManifestOf<'StorageMap' | 'NetworkMap'> | null): Problem[] {
  if (map?.spec.provider === undefined) return [];
  const pair = map.spec.provider;
  return (['source', 'destination'] as const).flatMap((side) => {
    const mapped = fullName('Provider', pair[side], map);
    const planned = fullName('Provider', plan.spec.provider[side], plan);
    if (mapped === planned) return [];
    const at = { manifest: nameOf(map), path: `spec.provider.${side}.name` };
    return [
      errorAt(at, `the map is for ${mapped}, the plan for ${planned}`, 'use a map for the same Providers'),
    ];
  });
}
