/** Whether the owners of a plan's logins agree to the plan: asked before anybody is sent anything. */
import { ApplicationFailure } from '@temporalio/common';
import type { Handing, Place, ProviderLogin } from '../plan/consent';
import { importHostUrl } from '../plan/import-host';
import type { HostManifest } from '../plan/manifests/host';
import type { ProviderManifest } from '../plan/manifests/provider';
import type { Problem } from '../plan/problem';
import { secretRef, sourceRef, targetRef } from '../plan/provider-refs';
import { loginProblem } from '../plan/resolve/check-consent';
import type { ManifestSet } from '../plan/manifest-set';
import { failure } from './failure';
import type { ProviderSecrets } from './kubernetes/access/provider-secrets';

/** What refuses a plan before its servers may be asked. */
export interface LoginRefusals {
  all: Problem[];
  /** Whether the target's is among them. */
  target: boolean;
}

/** @param unread what lacks to read either Secret at all: it is not asked then */
export async function checkLogins(
  secrets: ProviderSecrets,
  set: ManifestSet,
  unread: { source: readonly unknown[]; target: readonly unknown[]; hosts: readonly unknown[] },
): Promise<LoginRefusals> {
  const [handed, target, hosts] = await Promise.all([
    unread.source.length > 0 ? null : checkSourceLogin(secrets, set, []),
    unread.target.length > 0 ? null : checkTargetLogin(secrets, set.target),
    unread.hosts.length > 0 ? [] : checkHostLogins(secrets, set),
  ]);
  // A source that is not asked does not say which of the plan's images are needed: its owner hears of all.
  const source = handed === null ? null : await checkSourceLogin(secrets, set, namedImages(set));
  return { all: [source, target, ...hosts].filter((problem) => problem !== null), target: target !== null };
}

/** @param images that are given the login */
export async function checkSourceLogin(
  secrets: ProviderSecrets,
  set: ManifestSet,
  images: readonly string[],
): Promise<Problem | null> {
  const login: ProviderLogin = { ...sourceRef(set.source), type: 'vsphere' };
  return problemOf(secrets, set.source, login, { place: placeOf(set), images });
}

/** Importers are given them, and nobody else is. */
function checkHostLogins(secrets: ProviderSecrets, set: ManifestSet): Promise<(Problem | null)[]> {
  return Promise.all(
    set.hosts.map((host) => {
      const url = importHostUrl(host.spec.ipAddress) ?? '';
      const login: ProviderLogin = { type: 'vsphere', url, secret: secretRef(host) };
      return problemOf(secrets, host, login, importHanding(set));
    }),
  );
}

/** What importers of a plan do with a login. */
export function importHanding(set: ManifestSet): Handing {
  const { vddkImage } = sourceRef(set.source);
  return { place: placeOf(set), images: vddkImage === null ? [] : [vddkImage] };
}

async function checkTargetLogin(
  secrets: ProviderSecrets,
  provider: ProviderManifest,
): Promise<Problem | null> {
  const { url, secret } = targetRef(provider);
  if (url === '' || secret === null) return null;
  return problemOf(secrets, provider, { type: 'openshift', url, secret }, null);
}

async function problemOf(
  secrets: ProviderSecrets,
  owner: ProviderManifest | HostManifest,
  login: ProviderLogin,
  handing: Handing | null,
): Promise<Problem | null> {
  try {
    const missing = await secrets.missing(login, handing);
    return missing === null ? null : loginProblem(owner, missing);
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || error.type !== 'TargetSecretMissing') throw error;
    const { namespace, name } = owner.metadata;
    throw failure('TargetSecretMissing', `${owner.kind} ${namespace}/${name}: ${error.message}`);
  }
}

function namedImages({ source, storageMap }: ManifestSet): string[] {
  const { vddkImage } = sourceRef(source);
  const plugins = storageMap.spec.map.flatMap(({ destination }) => destination.offloadPlugin?.image ?? []);
  return [...plugins, ...(vddkImage === null ? [] : [vddkImage])];
}

function placeOf({ plan, target }: ManifestSet): Place {
  return { namespace: plan.spec.targetNamespace, url: target.spec.url };
}
