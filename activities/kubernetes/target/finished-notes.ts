/** The notes on a target VM and its claims. They say that the migration which made these objects has finished. */
import { FINISHED_AT, FINISHED_BY } from '../../../plan/earlier';
import type { VmRef } from '../../../plan/vm-ref';
import type { ApiClient } from '../api/api-client';
import { isMissing } from '../api/errors';
import { type ApiObject, type Kind, VIRTUAL_MACHINES, VOLUME_CLAIMS } from '../api/kinds';
import { ownedBy, patchOurs, pointer } from '../api/ownership';
import { holdsFinishedDisk } from '../volumes/volume-markers';

/**
 * Notes the claims first and the VirtualMachine last: if the VirtualMachine has its note, the claims have theirs. An
 * object that somebody has removed or taken over meanwhile needs no note.
 */
export async function noteFinished(
  api: ApiClient,
  vm: VmRef,
  { runId, at }: { runId: string; at: string },
): Promise<void> {
  const where = { namespace: vm.namespace, labelSelector: ownedBy(vm) };
  const notes = { [FINISHED_AT]: at, [FINISHED_BY]: runId };
  const claims = (await api.list(VOLUME_CLAIMS, where)).items.filter(holdsFinishedDisk);
  await Promise.all(claims.map((claim) => annotate(api, vm, { kind: VOLUME_CLAIMS, object: claim, notes })));
  const machines = (await api.list(VIRTUAL_MACHINES, where)).items;
  await Promise.all(
    machines.map((machine) => annotate(api, vm, { kind: VIRTUAL_MACHINES, object: machine, notes })),
  );
}

/**
 * Takes the notes back from claims whose VirtualMachine has none: their run was lost as it noted its end. Without that machine
 * the claims would pass for finished disks.
 */
export async function takeNotesBack(api: ApiClient, vm: VmRef): Promise<void> {
  const where = { namespace: vm.namespace, labelSelector: ownedBy(vm) };
  const machines = (await api.list(VIRTUAL_MACHINES, where)).items;
  if (machines.some(isNoted)) return;
  const claims = (await api.list(VOLUME_CLAIMS, where)).items.filter(isNoted);
  const operations = [FINISHED_AT, FINISHED_BY].flatMap((note) => [
    // A JSON patch fails when it removes what is absent (RFC 6902, 4.2).
    { op: 'add' as const, path: notePath(note), value: '' },
    { op: 'remove' as const, path: notePath(note) },
  ]);
  for (const { metadata } of claims) {
    const ref = { name: metadata?.name ?? '', namespace: vm.namespace };
    await patchUnlessGone(api, VOLUME_CLAIMS, ref, { vm, operations });
  }
}

function isNoted({ metadata }: ApiObject): boolean {
  return metadata?.annotations?.[FINISHED_AT] !== undefined;
}

function notePath(note: string): string {
  return `/metadata/annotations/${pointer(note)}`;
}

/** Whether another run of this VM's migration finished with this object. This run must not remove it then. */
export function ofOtherRun({ metadata }: ApiObject, runId: string): boolean {
  const notes = metadata?.annotations ?? {};
  return notes[FINISHED_AT] !== undefined && notes[FINISHED_BY] !== runId;
}

async function annotate(
  api: ApiClient,
  vm: VmRef,
  { kind, object, notes }: { kind: Kind<ApiObject>; object: ApiObject; notes: Record<string, string> },
): Promise<void> {
  // The note exists: an earlier attempt whose answer was lost wrote it, or another run. The time of the end stays.
  if (isNoted(object)) return;
  const { name = '', namespace = '' } = object.metadata ?? {};
  const operations = Object.entries(notes).map(([key, value]) => ({
    op: 'add' as const,
    path: notePath(key),
    value,
  }));
  await patchUnlessGone(api, kind, { name, namespace }, { vm, operations });
}

/** What somebody has removed since it was listed has no notes. */
async function patchUnlessGone(...change: Parameters<typeof patchOurs>): Promise<void> {
  try {
    await patchOurs(...change);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}
