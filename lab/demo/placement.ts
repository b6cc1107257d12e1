/** Where the demo's machines run, with `--real-node`. */
import type { CoreV1Api } from '@kubernetes/client-node';
import { TARGET_NAMESPACE } from '../cluster-objects';
import { REAL_NODE } from '../control-plane-identities';

/** True if every machine that runs does so on the real node. Says what kind of node that is. */
export async function showRealNode(core: CoreV1Api, say: (line: string) => void): Promise<boolean> {
  const labelSelector = 'kubevirt.io=virt-launcher';
  const { items } = await core.listNamespacedPod({ namespace: TARGET_NAMESPACE, labelSelector });
  const running = items.filter(({ status }) => status?.phase === 'Running');
  for (const { metadata, spec } of running) {
    say(`${metadata?.annotations?.['kubevirt.io/domain']} runs on ${spec?.nodeName}`);
  }
  const { status } = await core.readNode({ name: REAL_NODE });
  const { kubeletVersion, containerRuntimeVersion } = status?.nodeInfo ?? {};
  say(`${REAL_NODE}: kubelet ${kubeletVersion}, ${containerRuntimeVersion}`);
  return running.length > 0 && running.every(({ spec }) => spec?.nodeName === REAL_NODE);
}
