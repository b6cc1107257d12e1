/** Stands in for CDI: imports from vCenter into claims, without populators. */
import type { Counters } from '../array/counters';
import type { Settings } from '../array/settings';
import type { Controller, World } from '../world';
import { startDataVolumeController } from './data-volume-controller';
import { ImportCounter } from './import-counter';
import { startImportController } from './import-controller';

export interface CdiParts {
  world: World;
  settings: Settings;
  counters: Counters;
  arrayUrl: string;
  /** The folder of the node that runs the importers. */
  nodeDir: string;
}

export function startCdi({ world, settings, counters, nodeDir, arrayUrl }: CdiParts): Controller {
  const counter = new ImportCounter(nodeDir, counters);
  const volumes = startDataVolumeController({ world, counter, nodeDir });
  const imports = startImportController({ world, settings, counter, arrayUrl });
  return {
    stop: () => {
      volumes.stop();
      imports.stop();
    },
  };
}
