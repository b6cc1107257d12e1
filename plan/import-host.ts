/** ESXi hosts at which importers read disks, in place of the vCenter that manages them. */
import type { Handing } from './consent';
import { type FrozenVm, type ImportHost, type SourceRef, vddkImages } from './frozen';
import { hostUrl } from './host-url';
import { canonicalUrl, urlFault } from './provider-url';

/** The SDK's address at what a Host has as `ipAddress`; null where that is none. */
export function importHostUrl(address: string): string | null {
  const url = canonicalUrl(`${hostUrl(address)}/sdk`);
  return address.includes('%') || urlFault('vsphere', url) !== null ? null : url;
}

/** The source without its Hosts: nobody but importers asks them. */
export function withoutHosts({ hosts: _, ...source }: SourceRef): SourceRef {
  return source;
}

/** The host as a source of its own, with its own login. */
export function viaHost(source: SourceRef, { url, secret }: ImportHost): SourceRef {
  return { ...withoutHosts(source), url, secret, sdkEndpoint: 'esxi' };
}

/** Where importers read the disks of a VM on this ESXi host; null: at the vCenter. */
export function importHostOf({ hosts = [] }: SourceRef, moref: string | undefined): ImportHost | null {
  return hosts.find((host) => host.moref === moref) ?? null;
}

/** What importers of the VM do with a host's login. */
export function hostHanding({ namespace, target, source, disks }: FrozenVm): Handing {
  return { place: { namespace, url: target.url }, images: vddkImages({ source, disks }) };
}
