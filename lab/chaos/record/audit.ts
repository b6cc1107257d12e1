/** What was changed at the API server, from its audit log. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { ApiWrite } from '../check/facts';

interface AuditEvent {
  stage: string;
  verb: string;
  requestURI: string;
  user?: { username?: string };
  objectRef?: { resource?: string; subresource?: string; namespace?: string; name?: string };
  responseStatus?: { code?: number };
  requestReceivedTimestamp: string;
}

const VERBS: readonly string[] = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/** Oldest first. A killed API server may leave half a line. */
export async function readWrites(auditLog: string, since: number): Promise<ApiWrite[]> {
  const writes: ApiWrite[] = [];
  for await (const line of createInterface({ input: createReadStream(auditLog) })) {
    const write = parse(line);
    if (write !== null && write.at >= since) writes.push(write);
  }
  return writes.sort((one, other) => one.at - other.at);
}

function parse(line: string): ApiWrite | null {
  if (!line.includes('"ResponseComplete"')) return null;
  let event: AuditEvent;
  try {
    event = JSON.parse(line) as AuditEvent;
  } catch {
    return null;
  }
  const { verb, objectRef = {}, responseStatus, requestURI } = event;
  const { code = 0 } = responseStatus ?? {};
  if (!VERBS.includes(verb) || code < 200 || code > 299 || requestURI.includes('dryRun=')) return null;
  return {
    at: Date.parse(event.requestReceivedTimestamp),
    user: event.user?.username ?? '',
    verb: verb as ApiWrite['verb'],
    resource: objectRef.resource ?? '',
    subresource: objectRef.subresource ?? null,
    namespace: objectRef.namespace ?? '',
    name: objectRef.name ?? '',
  };
}
