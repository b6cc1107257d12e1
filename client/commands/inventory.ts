import type { Argv } from 'yargs';
import type { InventoryKind, InventoryPage } from '../../activities/interfaces';
import { FILE, outputOption } from '../arguments';
import { type MakeCommand, UsageError, withClient } from '../command';
import { loadManifests, withPlaces } from '../manifest-files';
import type { NamedProvider } from '../../plan/read-source';
import { renderInventory } from '../render/inventory';
import { renderOutput } from '../render/output';

const KINDS = ['vms', 'datastores', 'networks', 'hosts'] as const satisfies readonly InventoryKind[];

const options = (yargs: Argv) =>
  outputOption(yargs)
    .option('file', FILE)
    .option('provider', {
      describe: 'NAMESPACE/NAME of a Provider in the manifests, or one that the worker has registered',
      type: 'string',
      requiresArg: true,
      coerce: readProvider,
    })
    .positional('kind', { describe: 'what to list', choices: KINDS, demandOption: true })
    .example('$0 inventory vms -f provider.yaml', 'what can be migrated')
    .example(
      '$0 inventory vms --provider openshift-mtv/vcenter',
      'of a Provider that the worker has registered',
    )
    .example('$0 inventory datastores -f provider.yaml -o json', 'names for a StorageMap');

function readProvider(text: string): NamedProvider {
  const [, namespace, name] = /^([^/]+)\/([^/]+)$/.exec(text) ?? [];
  if (namespace === undefined || name === undefined)
    throw new UsageError('--provider is NAMESPACE/NAME, as openshift-mtv/vcenter');
  return { namespace, name };
}

type InventoryArguments = Awaited<ReturnType<typeof options>['argv']>;

export const inventoryCommand: MakeCommand = (run) => ({
  command: 'inventory <kind>',
  describe: "what a vSphere Provider holds, as the worker's login sees it",
  builder: options,
  handler: run<InventoryArguments>(async ({ kind, file = [], provider, output }, io) => {
    if (file.length === 0 && provider === undefined)
      throw new UsageError('give the manifests: -f plan.yaml, or --provider NAMESPACE/NAME');
    const loaded = await loadManifests(file);
    return withClient(io, async (drover) => {
      const items: InventoryPage['items'] = await withPlaces(loaded, () =>
        drover.inventory(loaded.manifests, kind, provider),
      );
      io.stdout.write(renderOutput(output, items, (shown) => renderInventory(kind, shown)));
      return 'ok';
    });
  }),
});
