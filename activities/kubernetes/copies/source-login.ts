/** Reads the part of a Provider's Secret that Drover hands on to copiers. */
import type { Handing } from '../../../plan/consent';
import { type FrozenDisk, imagesGivenLogin, type SourceRef } from '../../../plan/frozen';
import { viaHost } from '../../../plan/import-host';
import { canonicalUrl } from '../../../plan/provider-url';
import type { VmRef } from '../../../plan/vm-ref';
import type { DiskRequest } from '../../interfaces';
import { readTrust } from '../../vsphere/tls';
import { failure } from '../../failure';
import type { DataVolume } from '../api/kinds';
import type { SourceLogin } from '../objects/login-secret';
import type { SourceSecrets } from '../access/source-secrets';
import { requireKey } from '../access/secrets';

/**
 * Greatest age of a login that Drover hands on. It is short: an operator who has mended the Secret runs `drover retry`
 * at once, and a copier can't ask for the login again.
 */
const HANDED_ON_WITHIN_MS = 10_000;

/** @throws NameTaken, and what refuses a login */
export type ReadImportLogin = (volume: DataVolume) => Promise<SourceLogin>;

/** The login of one disk's import: at the server which its DataVolume names, whatever the VM is on by now. */
export function importLogins(secrets: SourceSecrets, { vm, disk }: DiskRequest): ReadImportLogin {
  return async (volume) => readSourceLogin(secrets, { ...vm, source: sourceOf(vm, volume) }, [disk]);
}

/** The vCenter, or the ESXi host. A login goes to no other server, whoever has written its address there. */
function sourceOf({ source, namespace }: VmRef, { metadata, spec }: DataVolume): SourceRef {
  const server = canonicalUrl(spec?.source?.vddk?.url ?? '');
  if (server === canonicalUrl(source.url)) return source;
  const host = source.hosts?.find(({ url }) => url === server);
  if (host !== undefined) return viaHost(source, host);
  const name = `${namespace}/${metadata?.name ?? ''}`;
  throw failure('NameTaken', `DataVolume ${name} reads at a server that the plan does not name`);
}

/** The vCenter login, for the copiers of these disks. */
export function readSourceLogin(
  secrets: SourceSecrets,
  { source, target, namespace }: Pick<VmRef, 'source' | 'target' | 'namespace'>,
  disks: readonly Pick<FrozenDisk, 'method'>[],
): Promise<SourceLogin> {
  const place = { namespace, url: target.url };
  return readLogin(secrets, source, { place, images: imagesGivenLogin({ source, disks }) });
}

/**
 * The vCenter login.
 * @param handing to whom the caller hands it on; null where it hands it to nobody, or has checked the leave itself
 */
export async function readLogin(
  secrets: SourceSecrets,
  source: SourceRef,
  handing: Handing | null,
): Promise<SourceLogin> {
  const { secret } = source;
  const values = await secrets.read(source, { handing, withinMs: HANDED_ON_WITHIN_MS });
  return {
    user: requireKey(values, 'user', secret),
    password: requireKey(values, 'password', secret),
    ca: values['ca.crt'] ?? values['cacert'],
  };
}

/**
 * PEM of the authorities that verify vCenter's certificate. Null where a thumbprint pins the certificate, whoever
 * signed it, and where the Secret names no authority: importers can't verify more than Drover can.
 */
export async function readSourceAuthority(secrets: SourceSecrets, source: SourceRef): Promise<string | null> {
  const trust = readTrust(await secrets.read(source));
  switch (trust.kind) {
    case 'authority':
      return trust.ca;
    case 'thumbprint':
      return null;
  }
}
