/** What was asked of the API server, from its own audit log. */
import { readFileSync } from 'node:fs';

interface AuditEvent {
  stage: string;
  verb: string;
  requestURI: string;
  stageTimestamp: string;
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

/** When an object was made, changed or removed, by anyone, ISO 8601, in their order. */
export function writesOf(
  auditLog: string,
  object: { resource: string; namespace: string; name: string },
): string[] {
  const { resource, namespace, name } = object;
  return eventsOf(auditLog)
    .filter(
      ({ verb, objectRef, responseStatus }) =>
        ['create', 'update', 'patch', 'delete'].includes(verb) &&
        objectRef?.resource === resource &&
        objectRef.namespace === namespace &&
        objectRef.name === name &&
        (responseStatus?.code ?? 500) < 300,
    )
    .map(({ stageTimestamp }) => stageTimestamp);
}

function eventsOf(auditLog: string): AuditEvent[] {
  return readFileSync(auditLog, 'utf8')
    .split('\n')
    .slice(0, -1) // What follows the last line's end is still being written.
    .filter((line) => line.includes('"ResponseComplete"'))
    .map((line) => JSON.parse(line) as AuditEvent);
}
