/** Manifests that went through an API server, in the form in which `kubectl get … -o yaml` prints them. */
import { readFileSync } from 'node:fs';
import { CustomObjectsApi, type KubernetesObject } from '@kubernetes/client-node';
import { parseAllDocuments, stringify } from 'yaml';
import { applyObjects, loadCluster } from '../../lab/apply';
import { eventuallyPasses } from './eventually';

const GROUP = 'forklift.konveyor.io';
const VERSION = 'v1beta1';
const PLURALS: Record<string, string> = {
  Provider: 'providers',
  StorageMap: 'storagemaps',
  NetworkMap: 'networkmaps',
  Plan: 'plans',
};

/** In the spelling of the Kubernetes client. */
const ANYTHING = { type: 'object', x_kubernetes_preserve_unknown_fields: true };

/** Puts the documents of files into a cluster that learns of their kinds now, and reads them back as a List. */
export async function exportedList(kubeconfig: string, files: readonly string[]): Promise<string> {
  const cluster = loadCluster(kubeconfig);
  await applyObjects(
    cluster,
    Object.entries(PLURALS).map(([kind, plural]) => definition(kind, plural)),
  );
  const documents = files.flatMap((file) => parseAllDocuments(readFileSync(file, 'utf8')));
  await eventuallyPasses(() =>
    applyObjects(
      cluster,
      documents.map((document) => document.toJS() as KubernetesObject),
    ),
  );
  const api = cluster.makeApiClient(CustomObjectsApi);
  const lists = await Promise.all(
    Object.values(PLURALS).map(
      (plural) =>
        api.listCustomObjectForAllNamespaces({
          group: GROUP,
          version: VERSION,
          plural,
        }) as Promise<{
          items: KubernetesObject[];
        }>,
    ),
  );
  const items = lists.flatMap((list) => list.items).map(withoutManagedFields);
  return stringify({ apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } });
}

function definition(kind: string, plural: string): KubernetesObject & { spec: object } {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: ANYTHING } } },
        },
      ],
    },
  };
}

/** As kubectl hides them. */
function withoutManagedFields(object: KubernetesObject): KubernetesObject {
  const { managedFields, ...metadata } = object.metadata ?? {};
  if (managedFields === undefined) throw new Error('this object did not go through an API server');
  return { ...object, metadata };
}
