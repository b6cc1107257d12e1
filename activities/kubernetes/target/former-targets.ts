/** What earlier migrations have left in a target namespace. The labels and notes on the objects say it. */
import {
  FINISHED_AT,
  type FormerTarget,
  ROLLED_BACK_AT,
  type SourceId,
  type Standing,
} from '../../../plan/earlier';
import { isGoing } from '../api/going';
import { withLabels } from '../api/api-address';
import type { ApiClient } from '../api/api-client';
import {
  type ApiObject,
  VIRTUAL_MACHINES,
  type VirtualMachine,
  VOLUME_CLAIMS,
  type VolumeClaim,
} from '../api/kinds';
import { isMissing } from '../api/errors';
import { LABELS } from '../api/ownership';
import { attachedVolumesOf } from '../objects/attached-volumes';
import { holdsFinishedDisk } from '../volumes/volume-markers';

/** As `objects/source-annotations.ts` writes it. */
const INSTANCE_UUID = 'drover.dev/source-instance-uuid';
const SOURCE_NAME = 'drover.dev/source-name';

export interface Remains {
  machines: readonly VirtualMachine[];
  claims: readonly VolumeClaim[];
}

/** Reads the VirtualMachines and claims with the labels of one VM, whatever plan migrated it. */
export async function readRemains(api: ApiClient, namespace: string, vm: SourceId): Promise<Remains> {
  const labelSelector = withLabels({ [LABELS.vm]: vm.moref, [LABELS.vcenter]: vm.vcenterUuid });
  const [machines, claims] = await Promise.all([
    api.list(VIRTUAL_MACHINES, { namespace, labelSelector }).catch((error: unknown) => {
      // A cluster without KubeVirt has no VirtualMachines.
      if (isMissing(error)) return { items: [] };
      throw error;
    }),
    api.list(VOLUME_CLAIMS, { namespace, labelSelector }),
  ]);
  return { machines: machines.items, claims: claims.items };
}

/**
 * One for each VirtualMachine, and one for each migration whose claims no VirtualMachine owns. Leaves out objects that
 * are being removed.
 */
export function formerTargets({ machines, claims }: Remains): FormerTarget[] {
  const stay = <T extends ApiObject>(objects: readonly T[]): T[] => objects.filter((one) => !isGoing(one));
  const volumes = stay(claims);
  const owned = new Set<VolumeClaim>();
  const withMachine = stay(machines).flatMap((machine) => {
    const its = volumes.filter((claim) => isOwnedBy(claim, machine));
    its.forEach((claim) => owned.add(claim));
    return ofMachine(machine, its);
  });
  const groups = new Map<string, VolumeClaim[]>();
  for (const claim of volumes.filter((one) => !owned.has(one))) {
    const key = JSON.stringify(originOf(claim));
    groups.set(key, [...(groups.get(key) ?? []), claim]);
  }
  return [...withMachine, ...[...groups.values()].flatMap((group) => ofClaims(group))];
}

function ofMachine(machine: VirtualMachine, its: readonly VolumeClaim[]): FormerTarget[] {
  const wanted = (machine.spec.template.spec?.volumes ?? []).flatMap(
    ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? [],
  );
  const present = names(its);
  const attached = attachedVolumesOf(machine);
  const missing = wanted.filter((name) => !present.includes(name) && !attached.includes(name));
  return origin(machine).map((from) => ({
    ...from,
    machine: machine.metadata?.name ?? '',
    instanceUuid: machine.metadata?.annotations?.[INSTANCE_UUID] ?? null,
    sourceName: machine.metadata?.annotations?.[SOURCE_NAME] ?? null,
    standing: standingOf(machine, its, missing),
    finishedAt: finishedAt(machine),
    volumes: present,
    missingVolumes: missing,
  }));
}

/** A migration makes its VirtualMachine halted, and starts it only once it owns all of its disks. */
function standingOf(
  machine: VirtualMachine,
  its: readonly VolumeClaim[],
  missing: readonly string[],
): Standing {
  if (isNoted(machine)) return 'finished';
  const isHalted = machine.spec.runStrategy === 'Halted' || machine.spec.running === false;
  if (isHalted && isRolledBack(machine)) return 'rolledBack';
  const hasAll = its.length > 0 && missing.length === 0 && its.every(holdsFinishedDisk);
  return !isHalted || hasAll ? 'whole' : 'parts';
}

function ofClaims(claims: readonly VolumeClaim[]): FormerTarget[] {
  const [first] = claims;
  if (first === undefined) return [];
  const kept = claims.some((claim) => isNoted(claim) || holdsFinishedDisk(claim));
  const standing = claims.every(isRolledBack) ? 'rolledBack' : kept ? 'disks' : 'parts';
  return origin(first).map((from): FormerTarget => ({
    ...from,
    machine: null,
    instanceUuid: null,
    sourceName: null,
    standing,
    finishedAt: claims.map(finishedAt).find((at) => at !== null) ?? null,
    volumes: names(claims),
    missingVolumes: [],
  }));
}

function isOwnedBy({ metadata }: VolumeClaim, machine: VirtualMachine): boolean {
  return (metadata?.ownerReferences ?? []).some(({ uid }) => uid === machine.metadata?.uid);
}

function isNoted({ metadata }: ApiObject): boolean {
  return metadata?.annotations?.[FINISHED_AT] !== undefined;
}

function isRolledBack({ metadata }: ApiObject): boolean {
  return metadata?.annotations?.[ROLLED_BACK_AT] !== undefined;
}

/** ISO 8601. Null where the note is absent or no time. */
function finishedAt({ metadata }: ApiObject): string | null {
  const time = Date.parse(metadata?.annotations?.[FINISHED_AT] ?? '');
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

function names(objects: readonly ApiObject[]): string[] {
  return objects.map(({ metadata }) => metadata?.name ?? '');
}

type Origin = Pick<FormerTarget, 'vcenterUuid' | 'moref' | 'plan' | 'namespace'>;

function originOf({
  metadata,
}: ApiObject): Partial<Record<keyof Origin, string>> & { planNamespace?: string } {
  const labels = metadata?.labels ?? {};
  return {
    vcenterUuid: labels[LABELS.vcenter],
    moref: labels[LABELS.vm],
    plan: labels[LABELS.plan],
    planNamespace: labels[LABELS.planNamespace],
  };
}

/** Empty for an object that lacks one of Drover's labels: Drover did not make it. */
function origin(object: ApiObject): Origin[] {
  const { vcenterUuid, moref, plan, planNamespace } = originOf(object);
  if (vcenterUuid === undefined || moref === undefined) return [];
  if (plan === undefined || planNamespace === undefined) return [];
  const namespace = object.metadata?.namespace ?? '';
  return [{ vcenterUuid, moref, plan: { namespace: planNamespace, name: plan }, namespace }];
}
