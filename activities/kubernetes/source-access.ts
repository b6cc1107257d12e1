/** What copiers are given to reach the source by, made from the Provider's Secret. */
import { isDeepStrictEqual } from 'node:util';
import type { FrozenVm } from '../../plan/frozen';
import { vmRef } from '../../plan/frozen';
import type { ApiClient } from './api-client';
import { CONFIG_MAPS, type ConfigMap, type Kind, type Secret, SECRETS } from './kinds';
import { loginSecret, type SourceLogin } from './objects/login-secret';
import { vcenterAuthority } from './objects/vcenter-authority';
import { ensure, patchOurs } from './ownership';

export async function ensureLogin(api: ApiClient, vm: FrozenVm, login: SourceLogin): Promise<void> {
  await ensureData(api, SECRETS, loginSecret(vmRef(vm), login), vm);
}

/** @param pem what vCenter's certificate is verified by */
export async function ensureAuthority(api: ApiClient, vm: FrozenVm, pem: string): Promise<void> {
  await ensureData(api, CONFIG_MAPS, vcenterAuthority(vmRef(vm), pem), vm);
}

/** An operator may have mended the Provider's Secret since an earlier attempt: what is made from it follows. */
async function ensureData<T extends Secret | ConfigMap>(
  api: ApiClient,
  kind: Kind<T>,
  wanted: T,
  vm: FrozenVm,
): Promise<void> {
  const { object, created } = await ensure(api, kind, wanted, vmRef(vm));
  if (created || isDeepStrictEqual(object.data, wanted.data)) return;
  const ref = { name: wanted.metadata?.name ?? '', namespace: vm.namespace };
  const operations = [{ op: 'add' as const, path: '/data', value: wanted.data }];
  await patchOurs(api, kind, ref, { vm: vmRef(vm), operations });
}
