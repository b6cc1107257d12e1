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
}

export function startCdi({ world, settings, counters }: CdiParts): Controller {
  const counter = new ImportCounter(world.cluster, counters);
  const volumes = startDataVolumeController({ world, counter });
  const imports = startImportController({ world, settings, counter });
  return {
    stop: () => {
      volumes.stop();
      imports.stop();
    },
  };
}
