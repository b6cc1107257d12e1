import { text } from 'node:stream/consumers';
import type { LogRef } from '../../activities/kubernetes/api/api-address';
import type { ApiClient } from '../../activities/kubernetes/api/api-client';

/** The last lines of a container's log. */
export async function readLog(api: ApiClient, log: LogRef, tailLines: number): Promise<string> {
  return text(await api.openLog(log, { tailLines: String(tailLines) }));
}
