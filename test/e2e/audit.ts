/** What was asked of the API server, from its own audit log. */
import { readFileSync } from 'node:fs';

interface AuditEvent {
  stage: string;
  verb: string;
  requestURI: string;
  objectRef?: { resource?: string; subresource?: string; namespace?: string; name?: string };
  responseStatus?: { code?: number };
}

/** `resource/name` of every object that was made in a namespace, by anyone, once for each time. */
export function madeIn(auditLog: string, namespace: string): string[] {
  return eventsOf(auditLog)
    .filter(
      ({ verb, objectRef, requestURI, responseStatus }) =>
        verb === 'create' &&
        objectRef?.subresource === undefined &&
        objectRef?.namespace === namespace &&
        responseStatus?.code === 201 &&
        !requestURI.includes('dryRun='),
    )
    .map(({ objectRef }) => `${objectRef?.resource}/${objectRef?.name ?? ''}`);
}

function eventsOf(auditLog: string): AuditEvent[] {
  return readFileSync(auditLog, 'utf8')
    .split('\n')
    .slice(0, -1) // What follows the last line's end is still being written.
    .filter((line) => line.includes('"ResponseComplete"'))
    .map((line) => JSON.parse(line) as AuditEvent);
}
