/** Addresses of ESXi hosts, by the name under which vCenter knows a host. */

/** An IPv6 address is in brackets in a URL. A zone (`%eth0`) has no place there, and means nothing on another machine. */
export function hostUrl(name: string): string {
  const address = name.replace(/%.*$/, '');
  const isIpv6 = /^[0-9A-Fa-f.:]*:[0-9A-Fa-f.:]*:[0-9A-Fa-f.:]*$/.test(address);
  return isIpv6 ? `https://[${address}]` : `https://${name}`;
}
