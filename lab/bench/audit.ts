/** Counts the API server's requests from its audit log: one line for each answered request. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** The requests of a window of the log, counted by who sent them. */
export interface RequestCount {
  /** Drover's own identity. */
  own: number;
  total: number;
  /** Drover's own, as `create pods` → how many. */
  byKind: Record<string, number>;
}

interface AuditEvent {
  stage: string;
  verb: string;
  user?: { username?: string };
  objectRef?: { resource?: string; subresource?: string };
  requestReceivedTimestamp: string;
}

export const DROVER_IDENTITY = 'system:serviceaccount:drover:drover-worker';

/** Requests that the server received from `from` to `to`. A watch counts once, when it begins. */
export async function countRequests(
  auditLog: string,
  window: { from: Date; to: Date },
): Promise<RequestCount> {
  const count: RequestCount = { own: 0, total: 0, byKind: {} };
  for await (const line of createInterface({ input: createReadStream(auditLog) })) {
    const event = parse(line);
    if (event === null || !countsOnce(event)) continue;
    const at = new Date(event.requestReceivedTimestamp);
    if (at < window.from || at > window.to) continue;
    count.total += 1;
    if (event.user?.username !== DROVER_IDENTITY) continue;
    count.own += 1;
    const kind = `${event.verb} ${resourceOf(event)}`;
    count.byKind[kind] = (count.byKind[kind] ?? 0) + 1;
  }
  return count;
}

/** The last line may be half written. */
function parse(line: string): AuditEvent | null {
  try {
    return JSON.parse(line) as AuditEvent;
  } catch {
    return null;
  }
}

/** A long-running request is logged when its answer begins and again when it ends. */
function countsOnce({ stage, verb }: AuditEvent): boolean {
  return verb === 'watch' ? stage === 'ResponseStarted' : stage === 'ResponseComplete';
}

function resourceOf({ objectRef }: AuditEvent): string {
  const { resource = '(none)', subresource } = objectRef ?? {};
  return subresource === undefined ? resource : `${resource}/${subresource}`;
}
