/** Where importers of a VM read its disks: at the vCenter, or at the ESXi host that the VM is on, by that host's own login. */
import type { FrozenVm, ImportHost, SourceRef } from '../../../plan/frozen';
import { importHostOf, viaHost } from '../../../plan/import-host';
import { authorityName, hostAuthorityName } from '../../../plan/names';
import type { SourceConnection } from '../../interfaces';
import { failure } from '../../failure';
import type { SourceSecrets } from '../access/source-secrets';
import type { ImportServer } from '../objects/data-volume';
import { readSourceAuthority } from './source-login';

export interface ImportRoute {
  server: ImportServer;
  /** Of the ConfigMap with what verifies the server's certificate. Null where no authority does. */
  readAuthority: () => Promise<Authority | null>;
}

export interface Authority {
  name: string;
  pem: string;
}

/**
 * SHA-1 of the host's certificate, after it was verified and the VM was seen there.
 * @throws what refuses a login, and SourceVmMissing
 */
export type ReadHost = (vm: FrozenVm, host: ImportHost) => Promise<string>;

export async function readImportRoute(
  { clusters: { secrets }, readHost }: { clusters: { secrets: SourceSecrets }; readHost: ReadHost },
  vm: FrozenVm,
  { importHost, vcenterThumbprint, vcenterUrl }: SourceConnection,
): Promise<ImportRoute> {
  const { baseName, source } = vm;
  const host = importHostOf(source, importHost);
  // Whoever starts an activity names only what its frozen VM has.
  if (host === null && importHost !== undefined)
    throw failure('InvalidInput', `the frozen VM has no Host of the ESXi host ${importHost}`);
  const readNamed = async (name: string, from: SourceRef): Promise<Authority | null> => {
    const pem = await readSourceAuthority(secrets, from);
    return pem === null ? null : { name, pem };
  };
  if (host === null) {
    const server = { url: vcenterUrl, thumbprint: vcenterThumbprint };
    return { server, readAuthority: () => readNamed(authorityName(baseName), source) };
  }
  const server = { url: host.url, thumbprint: await readHost(vm, host) };
  const name = hostAuthorityName(baseName, host.moref);
  return { server, readAuthority: () => readNamed(name, viaHost(source, host)) };
}
