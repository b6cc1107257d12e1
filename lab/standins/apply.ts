/** Turns an empty control plane into a cluster with CDI's and KubeVirt's API, their rules, and storage classes. */
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import { customResourceDefinitions } from '../crds';
import type { CustomResource } from '../crds/definition';
import { packagePath } from '../package-path';
import { ApiError, Cluster, type KubeObject, type Resource } from './cluster';
import { CUSTOM_RESOURCES } from './resources';
import { untilPoliciesAreEnforced } from './policies-enforced';

/** Plural names of those kinds in the lab's YAML files whose plural is not the name with an `s`. */
const PLURALS: Readonly<Record<string, string>> = {
  StorageClass: 'storageclasses',
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
};

/** Written through their status subresource too, as the controllers that own them do. */
const WITH_STATUS = new Set(['StorageProfile', 'CDIConfig']);

/**
 * Applies everything and returns when the API server serves the kinds and enforces the rules. May run again.
 * @throws ApiError
 */
export async function applyCluster(kubeconfig: string): Promise<void> {
  const cluster = new Cluster(kubeconfig);
  try {
    await Promise.all(customResourceDefinitions().map((definition) => applyDefinition(cluster, definition)));
    const policies = readdirSync(packagePath('lab', 'policies')).map((file) =>
      packagePath('lab', 'policies', file),
    );
    await applyFiles(cluster, [...policies, packagePath('lab', 'standins', 'cluster-objects.yaml')]);
    await untilPoliciesAreEnforced(cluster);
  } finally {
    cluster.close();
  }
}

/**
 * Applies the objects of a file to a cluster that has the lab's kinds. May run again.
 * @throws ApiError
 */
export async function applyFile(kubeconfig: string, file: string): Promise<void> {
  const cluster = new Cluster(kubeconfig);
  try {
    await applyFiles(cluster, [file]);
  } finally {
    cluster.close();
  }
}

async function applyFiles(cluster: Cluster, files: readonly string[]): Promise<void> {
  await Promise.all(files.flatMap(readManifests).map((object) => applyObject(cluster, object)));
}

async function applyDefinition(cluster: Cluster, definition: CustomResource): Promise<void> {
  const { name } = definition.metadata;
  let current = await cluster.apply(CUSTOM_RESOURCES, definition);
  // There is no event to wait for that arrives sooner than the next look: it takes milliseconds.
  while (!isEstablished(current)) {
    await delay(20);
    current = await cluster.get(CUSTOM_RESOURCES, { name });
  }
  const { group, names, versions } = definition.spec;
  await Promise.all(
    versions.map((version) =>
      untilServed(() => cluster.call('GET', `/apis/${group}/${version.name}/${names.plural}`)),
    ),
  );
}

function isEstablished(definition: CustomResource): boolean {
  const conditions = definition.status?.conditions ?? [];
  return conditions.some((condition) => condition.type === 'Established' && condition.status === 'True');
}

async function applyObject(cluster: Cluster, object: KubeObject): Promise<void> {
  const of = resourceOf(object);
  await untilServed(() => cluster.apply(of, object));
  if (WITH_STATUS.has(of.kind)) await cluster.apply(of, object, '/status');
}

/**
 * An established kind answers 404 for another moment, until every handler of the API server knows it; and then 429, until its
 * cache is filled.
 */
async function untilServed(request: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await request();
      return;
    } catch (error) {
      const isEarly = error instanceof ApiError && [404, 429].includes(error.status);
      if (!isEarly || attempt === 600) throw error;
      await delay(50);
    }
  }
}

function readManifests(file: string): KubeObject[] {
  return parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as KubeObject);
}

/** Every kind in our files is cluster-wide. */
function resourceOf({ apiVersion = '', kind = '' }: KubeObject): Resource<KubeObject> {
  const plural = PLURALS[kind] ?? `${kind.toLowerCase()}s`;
  const api = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return { api, apiVersion, kind, plural, namespaced: false };
}
