/** Objects of others in the target namespace, which look a little like Drover's: a storm must leave them as they are. */
import { type KubeConfig, type KubernetesObject, KubernetesObjectApi } from '@kubernetes/client-node';
import { applyObjects } from '../apply';
import { TARGET_NAMESPACE } from '../cluster-objects';

/** Labels that Drover's own objects have, too, but not all of them. */
const LABELS = { 'drover.dev/plan': 'converted', app: 'billing' };

const OBJECTS: readonly (KubernetesObject & { resource: string })[] = [
  stranger('configmaps', 'v1', 'ConfigMap', { data: { note: 'keep me' } }),
  stranger('secrets', 'v1', 'Secret', { stringData: { token: 'of-somebody-else' } }),
  stranger('persistentvolumeclaims', 'v1', 'PersistentVolumeClaim', {
    spec: {
      storageClassName: 'fast-block',
      volumeMode: 'Block',
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '8Mi' } },
    },
  }),
  stranger('jobs', 'batch/v1', 'Job', {
    spec: {
      suspend: true,
      template: {
        spec: {
          restartPolicy: 'Never',
          containers: [{ name: 'work', image: 'registry.example.com/work:1' }],
        },
      },
    },
  }),
];

function stranger(
  resource: string,
  apiVersion: string,
  kind: string,
  rest: object,
): (typeof OBJECTS)[number] {
  const name = `converted-billing-${kind.toLowerCase()}`;
  return {
    resource,
    apiVersion,
    kind,
    metadata: { name, namespace: TARGET_NAMESPACE, labels: LABELS },
    ...rest,
  };
}

export async function placeStrangers(cluster: KubeConfig): Promise<void> {
  await applyObjects(
    cluster,
    OBJECTS.map(({ resource: _, ...object }) => object),
  );
}

/** Each by `resource/name`, in a form that is equal as long as nobody changes the object; null where it is gone. */
export async function lookAtStrangers(cluster: KubeConfig): Promise<Map<string, string | null>> {
  const api = KubernetesObjectApi.makeApiClient(cluster);
  const seen = new Map<string, string | null>();
  for (const { resource, apiVersion, kind, metadata } of OBJECTS) {
    const header = {
      apiVersion,
      kind,
      metadata: { name: metadata?.name ?? '', namespace: TARGET_NAMESPACE },
    };
    const found = await api.read(header).catch((error: { code?: number }) => {
      if (error.code === 404) return null;
      throw error;
    });
    seen.set(`${resource}/${header.metadata.name}`, found === null ? null : fixedForm(found));
  }
  return seen;
}

/** What only its owner changes: controllers write the status, and what binds a claim to its volume. */
function fixedForm(object: KubernetesObject & { data?: object; spec?: object }): string {
  const { uid, labels, deletionTimestamp } = object.metadata ?? {};
  const spec = { ...object.spec, volumeName: undefined };
  return JSON.stringify({ uid, labels, deletionTimestamp, data: object.data, spec });
}
