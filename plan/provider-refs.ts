/** From Providers to what activities need to reach them: addresses and names of Secrets, never their values. */
import type { SourceRef, TargetRef } from './frozen';
import type { HostManifest } from './manifests/host';
import type { ProviderManifest } from './manifests/provider';
import { canonicalUrl } from './provider-url';
import { vddkConfigOf } from './vddk-config';

export function sourceRef(provider: ProviderManifest): SourceRef {
  const { settings } = provider.spec;
  const vddkConfig = vddkConfigOf(settings);
  return {
    provider: provider.metadata,
    url: canonicalUrl(provider.spec.url),
    secret: secretRef(provider),
    vddkImage: settings.vddkInitImage ?? null,
    ...(vddkConfig !== undefined && { vddkConfig }),
    ...(settings.sdkEndpoint === 'esxi' && { sdkEndpoint: 'esxi' as const }),
  };
}

export function targetRef(provider: ProviderManifest): TargetRef {
  const { secret, url } = provider.spec;
  return {
    provider: provider.metadata,
    url: canonicalUrl(url),
    secret: secret.name === '' ? null : secretRef(provider),
  };
}

/** Without a namespace it means that of the manifest which names it. */
export function secretRef({ metadata, spec }: ProviderManifest | HostManifest): {
  namespace: string;
  name: string;
} {
  const { name, namespace } = spec.secret;
  return { namespace: namespace ?? metadata.namespace, name };
}
