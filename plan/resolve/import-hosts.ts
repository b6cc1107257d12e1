/** Hosts of a plan: at which ESXi hosts importers read disks, and what stands in the way. */
import { listSome } from '../cut';
import { MOST_HOSTS } from '../field-limits';
import { type ImportHost, mayImport } from '../frozen';
import { importHostUrl } from '../import-host';
import type { HostAccess, SourceHost, SourceInventory } from '../inventory';
import type { ManifestSet } from '../manifest-set';
import type { HostManifest } from '../manifests/host';
import { canonicalUrl } from '../provider-url';
import { errorAt, type Problem, problemAt, warningAt } from '../problem';
import { secretRef } from '../provider-refs';
import type { DecidedVm } from './decided-disks';
import { sourceFinder } from './find-source';
import { manifestAt } from './places';
import { vmNames } from './vm-names';

/** A Host, and the ESXi host that it means. */
export interface KnownHost extends ImportHost {
  manifest: HostManifest;
  /** The ESXi host's, at the vCenter. */
  name: string;
}

/** ESXi hosts that a problem names. */
const NAMED = 20;

/** Those of the plan's source that are there, each once; and what is wrong with the others. */
export function findHosts(
  { hosts, source }: ManifestSet,
  known: readonly SourceHost[],
): { found: KnownHost[]; problems: Problem[] } {
  const listed = listSome(
    known.map(({ moref, name }) => `${moref} (${name})`),
    NAMED,
  );
  const otherwise = `give one of: ${listed}; or remove the Host`;
  const find = sourceFinder(known, { noun: 'ESXi host', plural: 'ESXi hosts', otherwise });
  const found: KnownHost[] = [];
  const problems = hosts.flatMap((manifest) => {
    const match = find(manifest.spec);
    if (match.kind === 'lost')
      return [errorAt(manifestAt(manifest, `spec.${match.field}`), match.found, match.remedy)];
    const { moref, name } = match.item;
    const url = importHostUrl(manifest.spec.ipAddress) ?? '';
    const host = { manifest, name, moref, url, secret: secretRef(manifest) };
    if (found.length === MOST_HOSTS) return [tooMany(manifest)];
    const twins = checkTwins(host, found, canonicalUrl(source.spec.url));
    if (twins.length === 0) found.push(host);
    return twins;
  });
  return { found, problems };
}

function tooMany(manifest: HostManifest): Problem {
  const remedy = "remove Hosts of ESXi hosts that the plan's VMs are not on";
  return errorAt(manifestAt(manifest, ''), `there are more than ${MOST_HOSTS} Hosts of this vCenter`, remedy);
}

/** A login is chosen by the address that an import reads at: each has one. */
function checkTwins(host: KnownHost, others: readonly KnownHost[], vcenter: string): Problem[] {
  const { manifest, moref, name, url } = host;
  const same = others.find((other) => other.moref === moref);
  if (same !== undefined) {
    const found = `means ESXi host ${name} (${moref}), as Host ${nameOf(same)} does, too`;
    return [errorAt(manifestAt(manifest, 'spec'), found, 'remove one of the two')];
  }
  const at = manifestAt(manifest, 'spec.ipAddress');
  const remedy = 'give each ESXi host its own address';
  if (serverOf(url) === serverOf(vcenter)) return [errorAt(at, 'is the address of the vCenter', remedy)];
  const beside = others.find((other) => serverOf(other.url) === serverOf(url));
  return beside === undefined ? [] : [errorAt(at, `is the address of Host ${nameOf(beside)}, too`, remedy)];
}

function serverOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

function nameOf({ manifest: { metadata } }: KnownHost): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** Without Hosts that nobody gets in at: VMs that move there are imported through the vCenter. */
export function usableHosts(set: ManifestSet, { hosts, hostAccess }: Frozen): ImportHost[] {
  return findHosts(set, hosts)
    .found.filter(({ moref }) => (hostAccess?.get(moref)?.fault ?? null) === null)
    .map(({ moref, url, secret }) => ({ moref, url, secret }));
}

type Frozen = Pick<SourceInventory, 'hosts' | 'hostAccess'>;

/** By which way each VM is imported, where a Host says so; and why that can not be. */
export function checkHosts(set: ManifestSet, vms: readonly DecidedVm[], source: Frozen): Problem[] {
  const { found, problems } = findHosts(set, source.hosts);
  const imported = vms.filter(({ disks }) =>
    disks.some(({ method }) => method !== null && mayImport(method)),
  );
  return [
    ...problems,
    ...found.flatMap((host) => {
      const here = imported.filter(({ vm }) => vm.host.moref === host.moref);
      return checkHost(host, here, source.hostAccess?.get(host.moref));
    }),
  ];
}

function checkHost(host: KnownHost, here: readonly DecidedVm[], access?: HostAccess): Problem[] {
  const at = manifestAt(host.manifest, 'spec');
  const names = here.map(({ vm }) => vm.name);
  const { fault = null } = access ?? {};
  if (fault !== null) {
    const way = 'or remove the Host, so that the vCenter serves the disks';
    const remedy = `mend it where the Host's address or Secret is, ${way}`;
    if (here.length > 0) return [errorAt(at, `${fault}; it serves the disks of ${vmNames(names)}`, remedy)];
    return [
      warningAt(at, `${fault}: VMs that move to ${host.name} are imported through the vCenter`, remedy),
    ];
  }
  const unseen = access?.vms === undefined ? [] : here.filter(({ vm }) => !access.vms?.has(vm.instanceUuid));
  const kept = here.filter((vm) => !unseen.includes(vm));
  return [...checkSeen(host, unseen), ...checkPrivilege(host, kept, access), ...say(host, names)];
}

/** As CDI's importers look for it: by its instance UUID. */
function checkSeen({ manifest, name, url }: KnownHost, unseen: readonly DecidedVm[]): Problem[] {
  if (unseen.length === 0) return [];
  const found = `the login at ${url} sees no ${vmNames(unseen.map(({ vm }) => vm.name))}, which vCenter has on ${name}`;
  const remedy = 'give the address of that host, and a login that may read its VMs';
  return [errorAt(manifestAt(manifest, 'spec.ipAddress'), found, remedy)];
}

function checkPrivilege({ manifest }: KnownHost, here: readonly DecidedVm[], access?: HostAccess): Problem[] {
  const lacking = here.filter(({ vm }) => access?.unreadable?.has(vm.instanceUuid));
  if (lacking.length === 0) return [];
  const found = `the host's login may not read disks of ${vmNames(lacking.map(({ vm }) => vm.name))} (VirtualMachine.Provisioning.DiskRandomRead)`;
  return [
    errorAt(manifestAt(manifest, 'spec.secret.name'), found, 'give the login this privilege on the host'),
  ];
}

function say({ manifest, name, url }: KnownHost, names: readonly string[]): Problem[] {
  if (names.length === 0) return [];
  const found = `${vmNames(names)}: importers read the disks at ${url} (ESXi host ${name}), and not at the vCenter`;
  return [
    problemAt('information', manifestAt(manifest, 'spec.ipAddress'), {
      found,
      remedy: 'nothing is to be done',
    }),
  ];
}
