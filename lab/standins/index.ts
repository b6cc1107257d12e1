/** Stands in for what a cluster with CDI, KubeVirt and a storage array has beside Kubernetes itself. */
import { join } from 'node:path';
import { arrayJournal, StorageArray } from './array/array';
import { Counters } from './array/counters';
import { type ArrayLogin, portFile, serveArray } from './array/server';
import { Settings } from './array/settings';
import { startCdi } from './cdi';
import { startWebhooks } from './cdi/webhooks';
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
  /** Where the volumes of a real node's driver lie; absent where there is none. */
  loopVolumesDir?: string;
  /** Of the node that runs the Pods: its importers are asked there how far they are. */
  nodeDir: string;
  /** Where the simulated vCenter's datastores lie, each a folder of its name; without it the array has none. */
  datastoresDir?: string;
  /** By which plugins log in at the array; without it the array asks for none. */
  arrayLogin?: ArrayLogin | undefined;
  /** Of this machine: where the array listens; default 127.0.0.1. */
  arrayAddress?: string | undefined;
  /** Whether CDI's webhooks are registered: the API server must reach this machine's loopback. Default true. */
  webhooks?: boolean;
  log: Log;
}

export interface Standins {
  /** `http://ADDRESS:PORT`; see array/server.ts. */
  arrayUrl: string;
  stop(): Promise<void>;
}

/** How long every copy and import takes at least, in seconds; also settable while they run. */
const COPY_SECONDS = 'LAB_COPY_SECONDS';

/** @throws what kept one of them from starting; those that had been started are stopped again */
export async function startStandins(options: StandinsOptions): Promise<Standins> {
  const { kubeconfig, dir, volumesDir, loopVolumesDir, nodeDir, log } = options;
  const world = createWorld(kubeconfig, log);
  const counters = new Counters(join(dir, 'counters.json'));
  const settings = new Settings(join(dir, 'settings.json'), Number(process.env[COPY_SECONDS] ?? 0));
  const datastoresDir = options.datastoresDir ?? join(dir, 'datastores');
  const volumes = () => world.volumes.all();
  const array = new StorageArray({
    folders: { volumesDir, loopVolumesDir },
    datastoresDir,
    volumes,
    counters,
    settings,
    journal: arrayJournal(dir),
  });
  const place = { file: portFile(dir), address: options.arrayAddress };
  const started: { stop(): unknown }[] = [world];
  const stop = async () => {
    for (const one of started.splice(0).reverse()) await one.stop();
  };
  try {
    const server = await serveArray({ login: options.arrayLogin, array, counters, settings }, place);
    started.push(server);
    if (options.webhooks !== false) started.push(await startWebhooks(world.cluster));
    started.push(
      startProvisioner(world, volumesDir),
      startReclaimer(world, volumesDir),
      startCdi({ world, settings, counters, nodeDir, arrayUrl: server.url }),
      startKubevirt(world),
    );
    await world.start();
    return { arrayUrl: server.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
