/** How far an importer is, from the lines that it prints. */
import type { Cluster } from '../cluster';

export interface ImporterProgress {
  /** Of the whole disk, 0 to 100. */
  progress: number;
  /** Moved by this start of the container. */
  bytes: number;
}

export interface LogRequest {
  namespace: string;
  pod: string;
  /** Of the container that ran before the present one. */
  previous?: boolean;
}

/** Its last report; null where it has made none, or its log can't be read now. */
export async function lastReport(cluster: Cluster, request: LogRequest): Promise<ImporterProgress | null> {
  const { namespace, pod, previous = false } = request;
  const query = `container=importer&tailLines=5&previous=${previous}`;
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log?${query}`;
  const lines = await cluster.text({ method: 'GET', path }).catch(() => '');
  return (
    lines
      .split('\n')
      .map(parseReport)
      .findLast((report) => report !== null) ?? null
  );
}

function parseReport(line: string): ImporterProgress | null {
  if (!line.startsWith('{')) return null;
  try {
    const { progress, bytes } = JSON.parse(line) as Partial<ImporterProgress>;
    return typeof progress === 'number' && typeof bytes === 'number' ? { progress, bytes } : null;
  } catch {
    return null;
  }
}
