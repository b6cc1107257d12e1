import type { Argv } from 'yargs';
import type { InventoryKind, InventoryPage } from '../../activities/contract';
import { fileOption, outputOption } from '../arguments';
import { type MakeCommand, withClient } from '../command';
import { loadManifests, withPlaces } from '../manifest-files';
import { renderInventory } from '../render/inventory';
import { renderOutput } from '../render/output';

const KINDS = ['vms', 'datastores', 'networks', 'hosts'] as const satisfies readonly InventoryKind[];

const options = (yargs: Argv) =>
  outputOption(fileOption(yargs))
    .positional('kind', { describe: 'what to list', choices: KINDS, demandOption: true })
    .example('$0 inventory vms -f provider.yaml', 'what can be migrated')
    .example('$0 inventory datastores -f provider.yaml -o json', 'names for a StorageMap');

type InventoryArguments = Awaited<ReturnType<typeof options>['argv']>;

export const inventoryCommand: MakeCommand = (run) => ({
  command: 'inventory <kind>',
  describe: "what a vSphere Provider holds, as the worker's login sees it",
  builder: options,
  handler: run<InventoryArguments>(async ({ kind, file, output }, io) => {
    const loaded = await loadManifests(file);
    return withClient(io, async (drover) => {
      const items: InventoryPage['items'] = await withPlaces(loaded, () =>
        drover.inventory(loaded.manifests, kind),
      );
      io.stdout.write(renderOutput(output, items, (shown) => renderInventory(kind, shown)));
      return 'ok';
    });
  }),
});
