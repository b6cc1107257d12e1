/**
 * Whose an object is: labels name the plan and the VM, on everything that Drover makes.
 *
 * CDI copies a DataVolume's labels to its PVC but puts its own name into `managed-by`, so that label is for
 * people: ours is what carries our four labels of exactly this VM.
 */
import type { VmRef } from '../../../plan/vm-ref';
import { failure } from '../../failure';
import { requireNotLate } from '../../still-ours';
import { withLabels } from './api-address';
import type { ApiClient, PatchOperation } from './api-client';
import { isStatus, isTaken } from './errors';
import type { ApiObject, Kind } from './kinds';

export const LABELS = {
  managedBy: 'app.kubernetes.io/managed-by',
  planNamespace: 'drover.dev/plan-namespace',
  plan: 'drover.dev/plan',
  vcenter: 'drover.dev/vcenter',
  vm: 'drover.dev/vm',
  /** vSphere's device key of the disk that the object is for. */
  disk: 'drover.dev/disk',
} as const;

/** Holds a copier's Pod back until we have seen every container's end. */
export const PROOF_OF_END = 'drover.dev/proof-of-end';

/** Meets everything of every migration; what shared watches select. */
export const ANY_OF_OURS = LABELS.vm;

export type OwnerLabels = Pick<VmRef, 'plan' | 'vcenterUuid' | 'moref'>;

/** The label that distinguishes most VMs comes first. */
const IDENTITY: readonly [label: string, valueOf: (vm: OwnerLabels) => string][] = [
  [LABELS.vm, ({ moref }) => moref],
  [LABELS.plan, ({ plan }) => plan.name],
  [LABELS.planNamespace, ({ plan }) => plan.namespace],
  [LABELS.vcenter, ({ vcenterUuid }) => vcenterUuid],
];

export function ownerLabels(vm: OwnerLabels): Record<string, string> {
  return { [LABELS.managedBy]: 'drover', ...identity(vm) };
}

export function diskLabels(vm: OwnerLabels, disk: { key: number }): Record<string, string> {
  return { ...ownerLabels(vm), [LABELS.disk]: String(disk.key) };
}

/** Selects what carries this VM's labels, whatever its kind. */
export function ownedBy(vm: OwnerLabels, disk?: { key: number }): string {
  const wanted = disk === undefined ? identity(vm) : { ...identity(vm), [LABELS.disk]: String(disk.key) };
  return withLabels(wanted);
}

/** Asked of every object that is heard of, for every VM that waits: it makes nothing. */
export function isOurs({ metadata }: ApiObject, vm: OwnerLabels): boolean {
  return IDENTITY.every(([label, valueOf]) => metadata?.labels?.[label] === valueOf(vm));
}

export function isOfDisk(object: ApiObject, disk: { key: number }): boolean {
  return object.metadata?.labels?.[LABELS.disk] === String(disk.key);
}

/**
 * Creates the object, or finds it made by an earlier run.
 * @throws as `requireNotLate`: a worker that stood still makes nothing any more
 */
export async function ensure<T extends ApiObject>(
  api: ApiClient,
  kind: Kind<T>,
  object: T,
  vm: OwnerLabels,
): Promise<{ object: T; created: boolean }> {
  await requireNotLate();
  try {
    return { object: await api.create(kind, object), created: true };
  } catch (error) {
    if (!isTaken(error)) throw error;
  }
  const { name = '', namespace } = object.metadata ?? {};
  const live = await api.get(kind, { name, namespace });
  if (!isOurs(live, vm)) throw nameTaken(kind, name, namespace);
  return { object: live, created: false };
}

/**
 * Changes an object only while it is this VM's: the check and the change are one request.
 * @param change.sendBy it is sent before this moment or never; milliseconds since the epoch
 */
export async function patchOurs<T extends ApiObject>(
  api: ApiClient,
  kind: Kind<T>,
  ref: { name: string; namespace: string },
  change: { vm: OwnerLabels; operations: PatchOperation[]; sendBy?: number | undefined },
): Promise<T> {
  const { vm, operations, sendBy } = change;
  const guards = Object.entries(identity(vm)).map(([label, value]): PatchOperation => ({
    op: 'test',
    path: `/metadata/labels/${pointer(label)}`,
    value,
  }));
  try {
    return await api.patch(kind, ref, [...guards, ...operations], { sendBy });
  } catch (error) {
    if (!isStatus(error, 422)) throw error;
    // A failed test and a refused change look alike: the object itself tells.
    if (!isOurs(await api.get(kind, ref), vm)) throw nameTaken(kind, ref.name, ref.namespace);
    throw error;
  }
}

/**
 * Asks for the removal of the very object that was seen: another worker may have made one of its name since.
 * @returns false where that object is gone
 */
export function deleteSeen<T extends ApiObject>(api: ApiClient, kind: Kind<T>, seen: T): Promise<boolean> {
  const { name = '', namespace, uid } = seen.metadata ?? {};
  return api.delete(kind, { name, namespace }, 'Background', uid);
}

/** One step of a JSON pointer (RFC 6901). */
export function pointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

export function nameTaken(kind: Kind<ApiObject>, name: string, namespace?: string): Error {
  return failure('NameTaken', `${kind.kind} ${namespace}/${name} exists and is not of this migration`);
}

function identity(vm: OwnerLabels): Record<string, string> {
  return Object.fromEntries(IDENTITY.map(([label, valueOf]) => [label, valueOf(vm)]));
}
