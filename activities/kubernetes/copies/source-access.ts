/** The Secrets and the ConfigMaps by which copiers reach the source. Drover makes them from the Provider's Secret. */
import { isDeepStrictEqual } from 'node:util';
import type { FrozenDisk, FrozenVm } from '../../../plan/frozen';
import { vmRef, type VmRef } from '../../../plan/vm-ref';
import type { DiskRequest } from '../../interfaces';
import type { ApiClient } from '../api/api-client';
import { CONFIG_MAPS, type ConfigMap, DATA_VOLUMES, type Kind, type Secret, SECRETS } from '../api/kinds';
import { loginSecret, type SourceLogin } from '../objects/login-secret';
import { vcenterAuthority } from '../objects/vcenter-authority';
import { vddkConfigMap } from '../objects/vddk-config';
import { ensure, isOurs, ownedBy, patchOurs } from '../api/ownership';
import type { Authority } from './import-route';
import type { ReadImportLogin } from './source-login';
import type { Scope } from '../waiting/scope';

/** Each copy has a login of its own: no copier can work before its turn comes, or after its end. */
export async function ensureLogin(api: ApiClient, request: DiskRequest, login: SourceLogin): Promise<void> {
  await ensureData(api, SECRETS, loginSecret(request, login), request.vm);
}

/**
 * Writes the login of an import where it is missing or has changed. It usually exists since the release of the
 * volumes.
 */
export async function renewLogin(api: ApiClient, request: DiskRequest, login: SourceLogin): Promise<void> {
  const { vm } = request;
  const wanted = loginSecret(request, login);
  const ref = { name: wanted.metadata?.name ?? '', namespace: vm.namespace };
  const live = await api.find(SECRETS, ref);
  if (live === null || !isOurs(live, vm) || !isDeepStrictEqual(live.data, wanted.data)) {
    await ensureData(api, SECRETS, wanted, vm);
  }
}

/**
 * Makes the logins of imports early: if an importer finds no login, its kubelet tries again only after 10 to 15 seconds
 * (Kubernetes 1.34, pkg/kubelet: kubelet.go backOffPeriod, pod_workers.go workerBackOffPeriodJitterFactor).
 */
export async function ensureLogins(
  { cluster }: Scope,
  vm: FrozenVm,
  disks: readonly FrozenDisk[],
  loginsOf: (request: DiskRequest) => ReadImportLogin,
): Promise<void> {
  const { api } = cluster;
  const make = async (disk: FrozenDisk): Promise<void> => {
    const request = { vm: vmRef(vm), disk };
    const volume = await api.find(DATA_VOLUMES, { name: disk.volumeName, namespace: vm.namespace });
    // Where it is gone, the import says so when its turn comes.
    if (volume !== null) await ensureLogin(api, request, await loginsOf(request)(volume));
  };
  await Promise.all(disks.map(make));
}

/**
 * Removes the login of one disk's copy, or of all copies. One request selects them by labels: it touches nobody else's
 * Secret, and needs no right to list Secrets.
 */
export async function removeLogins(
  api: ApiClient,
  { vm, disk }: Pick<DiskRequest, 'vm'> & Partial<DiskRequest>,
): Promise<void> {
  await api.deleteAll(SECRETS, { namespace: vm.namespace, labelSelector: ownedBy(vm, disk) });
}

export async function ensureAuthority(api: ApiClient, vm: FrozenVm, { name, pem }: Authority): Promise<void> {
  await ensureData(api, CONFIG_MAPS, vcenterAuthority(vmRef(vm), name, pem), vmRef(vm));
}

/** @param config options of VDDK */
export async function ensureVddkConfig(api: ApiClient, vm: FrozenVm, config: string): Promise<void> {
  await ensureData(api, CONFIG_MAPS, vddkConfigMap(vmRef(vm), config), vmRef(vm));
}

/**
 * Makes the object, or updates its data: an operator may have mended the Provider's Secret since an earlier attempt.
 */
async function ensureData<T extends Secret | ConfigMap>(
  api: ApiClient,
  kind: Kind<T>,
  wanted: T,
  vm: VmRef,
): Promise<void> {
  const { object, created } = await ensure(api, kind, wanted, vm);
  if (created || isDeepStrictEqual(object.data, wanted.data)) return;
  const ref = { name: wanted.metadata?.name ?? '', namespace: vm.namespace };
  const operations = [{ op: 'add' as const, path: '/data', value: wanted.data }];
  await patchOurs(api, kind, ref, { vm, operations });
}
