/**
 * CDI's webhooks, without which nobody can make or change a DataVolume: their failure policy is Fail. They admit everything:
 * what the originals refuse, policies of the API server refuse instead (lab/policies).
 * Source (kubevirt/containerized-data-importer): pkg/operator/resources/namespaced/apiserver.go, and pkg/apiserver/webhooks.
 */
import type { Cluster, Resource } from '../cluster';
import { MUTATING_WEBHOOKS, VALIDATING_WEBHOOKS, type WebhookConfiguration } from '../resources';
import { serveWebhooks, type WebhookServer } from '../webhook-server';

const VALIDATE = '/datavolume-validate';
const MUTATE = '/datavolume-mutate';

/** Serves them, and makes the API server ask them; it goes on asking when this has stopped. */
export async function startWebhooks(cluster: Cluster): Promise<WebhookServer> {
  const server = await serveWebhooks({ [VALIDATE]: () => ({}), [MUTATE]: () => ({}) });
  try {
    await register(cluster, server);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

function register(cluster: Cluster, server: WebhookServer): Promise<unknown> {
  const configured = (of: Resource<WebhookConfiguration>, path: string) =>
    cluster.apply(of, {
      metadata: { name: `cdi-api${path.replace('/', '-')}` },
      webhooks: [
        {
          name: `${path.slice(1)}.cdi.kubevirt.io`,
          admissionReviewVersions: ['v1'],
          clientConfig: server.clientConfig(path),
          failurePolicy: 'Fail',
          matchPolicy: 'Exact',
          sideEffects: 'None',
          timeoutSeconds: 30,
          rules: [
            {
              apiGroups: ['cdi.kubevirt.io'],
              apiVersions: ['v1beta1'],
              operations: ['CREATE', 'UPDATE'],
              resources: ['datavolumes'],
            },
          ],
        },
      ],
    });
  return Promise.all([configured(VALIDATING_WEBHOOKS, VALIDATE), configured(MUTATING_WEBHOOKS, MUTATE)]);
}
