/** The fields of its own Pod that a container may read by `fieldRef`. */
import type { V1Pod } from '@kubernetes/client-node';

const ENTRY = /^metadata\.(labels|annotations)\['(.+)'\]$/;

/** @throws Error for a field that the node does not know. */
export function podField(pod: V1Pod, fieldPath: string): string {
  const entry = ENTRY.exec(fieldPath);
  if (entry) {
    const map = entry[1] === 'labels' ? pod.metadata?.labels : pod.metadata?.annotations;
    return map?.[entry[2] ?? ''] ?? '';
  }
  const value = fields(pod)[fieldPath];
  if (value === undefined) {
    throw new Error(`unsupported fieldPath: ${fieldPath}`);
  }
  return value;
}

function fields(pod: V1Pod): Record<string, string> {
  return {
    'metadata.name': pod.metadata?.name ?? '',
    'metadata.namespace': pod.metadata?.namespace ?? '',
    'metadata.uid': pod.metadata?.uid ?? '',
    'metadata.labels': asLines(pod.metadata?.labels),
    'metadata.annotations': asLines(pod.metadata?.annotations),
    'spec.nodeName': pod.spec?.nodeName ?? '',
    'spec.serviceAccountName': pod.spec?.serviceAccountName ?? '',
    'status.hostIP': '127.0.0.1',
    'status.podIP': '127.0.0.1',
  };
}

function asLines(map: Record<string, string> = {}): string {
  return Object.keys(map)
    .sort()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join('\n');
}
