/** What copiers need to reach the source at this moment. */
import { X509Certificate } from 'node:crypto';
import { hostUrl } from '../../plan/host-url';
import { canonicalUrl } from '../../plan/provider-url';
import { decodeName } from '../../plan/vcenter-names';
import type { VmRef } from '../../plan/vm-ref';
import type { SourceConnection } from '../interfaces';
import { failure } from '../failure';
import { type ManagedObject, readObject, required } from './property-collector';
import type { Vim } from './session';
import { child, list, managedRef, type ManagedRef, requiredText, text } from './vim-value';

const SHA1 = /^([0-9A-F]{2}:){19}[0-9A-F]{2}$/;

/** With the host's certificate. `url` is the Provider's; `host` the ESXi host that the VM is registered on now. */
export async function readConnection(vim: Vim, url: string, host: ManagedRef): Promise<SourceConnection> {
  const found = await readObject(vim, host, ['name', 'config.certificate', 'summary.config.sslThumbprint']);
  const name = decodeName(requiredText(required(found, 'name'), 'a host name'));
  return connectionVia(vim, url, { name, thumbprint: hostThumbprint(found) });
}

/** The connection for a VM, by the host that the VM is registered on now. */
export async function readConnectionOf(
  vim: Vim,
  { source, moref, name }: Pick<VmRef, 'source' | 'moref' | 'name'>,
): Promise<SourceConnection> {
  const found = await readObject(vim, { type: 'VirtualMachine', value: moref }, ['runtime.host']);
  const host = managedRef(found.props.get('runtime.host'));
  if (host === null) {
    throw failure('SourceVmMissing', `vCenter does not say on which host ${name} (${moref}) is registered`);
  }
  return readConnection(vim, source.url, host);
}

/** Where the host is known already. An ESXi host that is the source itself is where the source is, whatever its name. */
export function connectionVia(
  vim: Vim,
  url: string,
  host: { name: string; thumbprint: string | null },
): SourceConnection {
  const { isHost } = vim.content;
  return {
    vcenterUrl: canonicalUrl(url),
    vcenterThumbprint: vim.peer.sha1,
    hostUrl: isHost ? new URL(url).origin : hostUrl(host.name),
    hostThumbprint: isHost ? vim.peer.sha1 : host.thumbprint,
  };
}

/** SHA-1 of the host's certificate; vCenter's own note of it may be missing, or be of another kind. */
function hostThumbprint(host: ManagedObject): string | null {
  const computed = fingerprint(host.props.get('config.certificate'));
  if (computed !== null) {
    return computed;
  }
  const noted = text(host.props.get('summary.config.sslThumbprint'))?.toUpperCase() ?? '';
  return SHA1.test(noted) ? noted : null;
}

/** The certificate comes as a list of signed bytes, which together are PEM. */
function fingerprint(node: unknown): string | null {
  const bytes = list(child(node, 'byte')).map((byte) => Number(text(byte)));
  if (bytes.length === 0) {
    return null;
  }
  try {
    return new X509Certificate(Buffer.from(Int8Array.from(bytes))).fingerprint;
  } catch {
    return null;
  }
}
