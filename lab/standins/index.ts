/** Stands in for what a cluster with CDI, KubeVirt and a storage array has beside Kubernetes itself. */
import { join } from 'node:path';
import { arrayJournal, StorageArray } from './array/array';
import { Counters } from './array/counters';
import { type ArrayLogin, portFile, serveArray } from './array/server';
import { Settings } from './array/settings';
import { startCdi } from './cdi';
import { startProvisioner } from './csi/provisioner';
import { startReclaimer } from './csi/reclaimer';
import { startKubevirt } from './kubevirt';
import { createWorld, type Log } from './world';

export interface StandinsOptions {
  /** Of a cluster that `applyCluster` has prepared. */
  kubeconfig: string;
  /** For what they keep: counters, copies, settings, and where the array serves. */
  dir: string;
  /** Where volumes lie, each a folder named for its PersistentVolume. */
  volumesDir: string;
  /** Of the node that runs the Pods: its importers are asked there how far they are. */
  nodeDir: string;
  /** Where the simulated vCenter's datastores lie, each a folder of its name; without it the array has none. */
  datastoresDir?: string;
  /** By which plugins log in at the array; without it the array asks for none. */
  arrayLogin?: ArrayLogin | undefined;
  log: Log;
}

export interface Standins {
  /** `http://127.0.0.1:PORT`; see array/server.ts. */
  arrayUrl: string;
  stop(): Promise<void>;
}

/** How long every copy and import takes at least, in seconds; also settable while they run. */
const COPY_SECONDS = 'LAB_COPY_SECONDS';

export async function startStandins(options: StandinsOptions): Promise<Standins> {
  const { kubeconfig, dir, volumesDir, nodeDir, log } = options;
  const world = createWorld(kubeconfig, log);
  const counters = new Counters(join(dir, 'counters.json'));
  const settings = new Settings(join(dir, 'settings.json'), Number(process.env[COPY_SECONDS] ?? 0));
  const datastoresDir = options.datastoresDir ?? join(dir, 'datastores');
  const volumes = () => world.volumes.all();
  const array = new StorageArray({
    volumesDir,
    datastoresDir,
    volumes,
    counters,
    settings,
    journal: arrayJournal(dir),
  });
  const server = await serveArray({ login: options.arrayLogin, array, counters, settings }, portFile(dir));
  const controllers = [
    startProvisioner(world, volumesDir),
    startReclaimer(world, volumesDir),
    startCdi({ world, settings, counters, nodeDir, arrayUrl: server.url }),
    startKubevirt(world),
  ];
  await world.start();
  return {
    arrayUrl: server.url,
    stop: async () => {
      controllers.forEach((controller) => controller.stop());
      world.stop();
      await server.stop();
    },
  };
}
