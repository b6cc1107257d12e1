/** Webhooks that stand before one namespace, beside those of the lab. */
import type { ApiClient } from '../../activities/kubernetes/api/api-client';
import { ApiError } from '../../activities/kubernetes/api/errors';
import { type ApiObject, DATA_VOLUMES, type Kind, PODS } from '../../activities/kubernetes/api/kinds';
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from '../../activities/kubernetes/objects/restricted';
import { serveWebhooks } from '../../lab/standins/webhook-server';
import { goodDataVolume } from '../lab/standins/good-objects';
import { eventually } from './eventually';

type Configuration = ApiObject & { webhooks: object[] };

function configurations(kind: 'Validating' | 'Mutating'): Kind<Configuration> {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${kind}WebhookConfiguration`,
    plural: `${kind.toLowerCase()}webhookconfigurations`,
  };
}

interface Registered {
  kind: 'Validating' | 'Mutating';
  namespace: string;
  clientConfig: object;
  apiGroup: string;
  resource: string;
  /** Label selector of the objects that it is asked about. */
  objects?: object;
}

/** @returns takes it away */
async function register(admin: ApiClient, webhook: Registered): Promise<() => Promise<void>> {
  const { kind, namespace, clientConfig, apiGroup, resource, objects = {} } = webhook;
  const of = configurations(kind);
  const name = `${resource}.${namespace}.test.drover.dev`;
  await admin.create(of, {
    apiVersion: of.apiVersion,
    kind: of.kind,
    metadata: { name },
    webhooks: [
      {
        name,
        admissionReviewVersions: ['v1'],
        clientConfig,
        failurePolicy: 'Fail',
        sideEffects: 'None',
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        objectSelector: objects,
        rules: [{ apiGroups: [apiGroup], apiVersions: ['*'], operations: ['CREATE'], resources: [resource] }],
      },
    ],
  });
  return () => admin.delete(of, { name }).then(() => undefined);
}

/**
 * In force once this resolves. If it does not come to that, it leaves nothing behind.
 * @returns takes it away, and resolves when the API server asks it no more
 */
async function putInForce(
  admin: ApiClient,
  webhook: Registered,
  isInForce: () => Promise<boolean>,
): Promise<() => Promise<void>> {
  const remove = await register(admin, webhook);
  try {
    await eventually(isInForce);
  } catch (error) {
    await remove();
    throw error;
  }
  return async () => {
    await remove();
    await eventually(async () => !(await isInForce()));
  };
}

/**
 * CDI's API server is down: whatever is asked about DataVolumes of the namespace gets no answer. In force once this resolves.
 * @returns starts it again, and resolves when it answers
 */
export function silenceCdi(admin: ApiClient, namespace: string): Promise<() => Promise<void>> {
  const isSilent = async () => {
    try {
      await admin.create(DATA_VOLUMES, goodDataVolume('probe', namespace) as ApiObject, { dryRun: true });
      return false;
    } catch (error) {
      return error instanceof ApiError && error.said.includes('failed calling webhook');
    }
  };
  const webhook: Registered = {
    kind: 'Validating',
    namespace,
    clientConfig: { url: 'https://127.0.0.1:1/datavolume-validate' },
    apiGroup: DATA_VOLUMES.apiVersion.replace(/\/.*/, ''),
    resource: 'datavolumes',
  };
  return putInForce(admin, webhook, isSilent);
}

/** Which Pods a mesh takes. */
interface Meshed {
  namespace: string;
  label: string;
  values: readonly string[];
  /** Name of the proxy's container. */
  proxy?: string;
}

/**
 * A service mesh that puts a proxy into Pods, whatever they say about it. The proxy never ends by itself. In force once this
 * resolves.
 * @returns takes the mesh away
 */
export async function injectSidecars(admin: ApiClient, meshed: Meshed): Promise<() => Promise<void>> {
  const { namespace, label, values } = meshed;
  const user = { runAsNonRoot: true, runAsUser: 107, seccompProfile: { type: 'RuntimeDefault' } };
  const proxy = {
    name: meshed.proxy ?? 'mesh-proxy',
    image: 'lab.drover.dev/pause:1',
    securityContext: { ...RESTRICTED_CONTAINER.securityContext, ...user },
  };
  const server = await serveWebhooks({
    '/inject': () => ({ patch: [{ op: 'add', path: '/spec/containers/-', value: proxy }] }),
  });
  const webhook: Registered = {
    kind: 'Mutating',
    namespace,
    clientConfig: server.clientConfig('/inject'),
    apiGroup: '',
    resource: 'pods',
    objects: { matchExpressions: [{ key: label, operator: 'In', values }] },
  };
  try {
    const takeAway = await putInForce(admin, webhook, () => isInjected(admin, meshed));
    // The server last: a Pod about which the API server asks in vain is refused.
    return () => takeAway().finally(() => server.stop());
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function isInjected(admin: ApiClient, { namespace, label, values }: Meshed): Promise<boolean> {
  const containers = [{ name: 'probe', image: 'probe', ...RESTRICTED_CONTAINER }];
  const metadata = { generateName: 'probe-', namespace, labels: { [label]: values[0] ?? '' } };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { ...RESTRICTED_POD, containers } };
  return ((await admin.create(PODS, pod, { dryRun: true })).spec?.containers.length ?? 0) > 1;
}
