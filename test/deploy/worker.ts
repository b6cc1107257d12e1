/** The worker's Deployment, rendered as `kubectl apply -k deploy/example` would. */
import type { KubernetesObject, V1ConfigMap, V1Deployment } from '@kubernetes/client-node';
import { renderDeploy } from '../../lab/kustomize';

export function only<T extends KubernetesObject>(objects: readonly KubernetesObject[], kind: string): T {
  const found = objects.filter((object) => object.kind === kind);
  if (found.length !== 1) throw new Error(`${found.length} objects of kind ${kind}`);
  return found[0] as T;
}

export async function renderedWorker() {
  const objects = await renderDeploy('example');
  const deployment = only<V1Deployment>(objects, 'Deployment');
  const settings = only<V1ConfigMap>(objects, 'ConfigMap');
  const pod = deployment.spec?.template.spec;
  const [container] = pod?.containers ?? [];
  if (pod === undefined || container === undefined) throw new Error('the Deployment has no container');
  return { objects, deployment, settings, pod, container };
}
