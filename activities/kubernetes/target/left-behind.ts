/** Reads what an unfinished run of a VM's migration has left in its target namespace. Changes nothing. */
import type { LeftBehind, LeftMachine, LeftVolume } from '../../../plan/adoption';
import type { FrozenVm } from '../../../plan/frozen';
import { scratchName } from '../../../plan/names';
import { parseQuantity } from '../../../plan/quantity';
import { vmRef } from '../../../plan/vm-ref';
import type { ApiClient } from '../api/api-client';
import { isMissing } from '../api/errors';
import { isGoing } from '../api/going';
import {
  type ApiObject,
  DATA_VOLUMES,
  JOBS,
  type Kind,
  VIRTUAL_MACHINES,
  type VirtualMachine,
  VOLUME_CLAIMS,
  type VolumeClaim,
} from '../api/kinds';
import { LABELS, ownedBy } from '../api/ownership';
import { CONVERSION_ID } from '../objects/scratch-claim';
import { readMarker } from '../volumes/volume-markers';
import { formerTargets } from './former-targets';
import { mayHaveRun } from './may-have-run';

export async function readLeftBehind(api: ApiClient, vm: FrozenVm): Promise<LeftBehind> {
  const where = { namespace: vm.namespace, labelSelector: ownedBy(vmRef(vm)) };
  const [claims, imports, machines, jobs] = await Promise.all([
    listed(api, VOLUME_CLAIMS, where),
    listed(api, DATA_VOLUMES, where),
    listed(api, VIRTUAL_MACHINES, where),
    listed(api, JOBS, where),
  ]);
  const scratch = scratchName(vm.baseName);
  const imported = new Set(imports.map(({ metadata }) => metadata?.name));
  const [machine] = machines;
  return {
    volumes: claims
      .filter(({ metadata }) => metadata?.name !== scratch)
      .map((claim) => leftVolume(claim, imported.has(claim.metadata?.name))),
    scratch: leftScratch(claims.find(({ metadata }) => metadata?.name === scratch)),
    conversionAttempts: lastConversion(vm, jobs),
    machine: machine === undefined ? null : leftMachine(machine, claims),
    hasMore: imports.length > 0 || jobs.length > 0,
  };
}

/** A cluster without CDI or KubeVirt holds none of their objects. */
async function listed<T extends ApiObject>(
  api: ApiClient,
  kind: Kind<T>,
  where: { namespace: string; labelSelector: string },
): Promise<T[]> {
  try {
    return (await api.list(kind, where)).items;
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function leftVolume(claim: VolumeClaim, isImported: boolean): LeftVolume {
  const { metadata, spec, status } = claim;
  const key = metadata?.labels?.[LABELS.disk];
  const request = spec?.resources?.requests?.['storage'];
  return {
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    isUsable: status?.phase === 'Bound' && !isGoing(claim),
    diskKey: key === undefined || !/^\d+$/.test(key) ? null : Number(key),
    storageClass: spec?.storageClassName ?? null,
    volumeMode: spec?.volumeMode ?? null,
    requestBytes: request === undefined ? null : parseQuantity(String(request)),
    ...readMarker(claim),
    isImported,
  };
}

function leftScratch(claim: VolumeClaim | undefined): LeftBehind['scratch'] {
  const conversionId = claim?.metadata?.annotations?.[CONVERSION_ID];
  if (claim === undefined || conversionId === undefined || isGoing(claim)) return null;
  return { uid: claim.metadata?.uid ?? '', conversionId };
}

/** From the names of the Jobs: `<base name>-convert-3`. */
function lastConversion({ baseName }: FrozenVm, jobs: readonly ApiObject[]): number {
  const prefix = `${baseName}-convert-`;
  const numbers = jobs.flatMap(({ metadata }) => {
    const name = metadata?.name ?? '';
    return name.startsWith(prefix) ? [Number(name.slice(prefix.length))] : [];
  });
  return Math.max(0, ...numbers.filter(Number.isInteger));
}

function leftMachine(machine: VirtualMachine, claims: readonly VolumeClaim[]): LeftMachine {
  const [former] = formerTargets({ machines: [machine], claims });
  return {
    name: machine.metadata?.name ?? '',
    isWhole: former?.standing !== 'parts',
    mayHaveRun: mayHaveRun(machine),
  };
}
