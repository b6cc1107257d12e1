/** From Providers to what activities need to reach them: addresses and names of Secrets, never their values. */
import type { SourceRef, TargetRef } from './frozen';
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

function secretRef(provider: ProviderManifest): { namespace: string; name: string } {
  const { name, namespace } = provider.spec.secret;
  return { namespace: namespace ?? provider.metadata.namespace, name };
}
