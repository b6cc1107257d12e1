/** The documents of `DROVER_PROVIDERS` → Providers, or every problem at once. */
import { checkBounds } from './check-bounds';
import type { ProviderManifest } from './manifests/provider';
import { errorAt, type Problem } from './problem';
import { readAll } from './validate-manifests';

export interface ReadProviders {
  providers: ProviderManifest[];
  /** Problems of severity `error` refuse all of them. */
  problems: Problem[];
}

/** Lists, as `kubectl get providers -o yaml` writes them, are taken apart. */
export function readProviders(documents: readonly unknown[]): ReadProviders {
  const passed = checkBounds(documents);
  if (passed !== null) return { providers: [], problems: [passed] };
  const read = readAll(documents);
  const problems = read.flatMap((document) =>
    document.kind === null || document.kind === 'Provider'
      ? document.problems
      : [
          errorAt(
            { manifest: document.name, path: 'kind' },
            'this is no Provider',
            'remove it from the file',
          ),
        ],
  );
  const providers = read.flatMap(({ manifest }) => (manifest?.kind === 'Provider' ? [manifest] : []));
  return { providers, problems };
}
