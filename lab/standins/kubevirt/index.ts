/** Stands in for KubeVirt: machines, their instances, and a launcher Pod for each that runs. */
import type { Controller, World } from '../world';
import { startInstanceController } from './instance-controller';
import { startMachineController } from './machine-controller';

export function startKubevirt(world: World): Controller {
  const machines = startMachineController(world);
  const instances = startInstanceController(world);
  return {
    stop: () => {
      machines.stop();
      instances.stop();
    },
  };
}
