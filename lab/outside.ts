/**
 * The part of the outside world that is written in TypeScript: stand-in controllers and the node that runs Pods.
 * Run as a program, it is one process that sends its parent the address of the storage array.
 */
import { join } from 'node:path';
import type { LabLayout } from './layout';
import { startNode } from './node';
import type { HollowImages } from './node/hollow';
import { VOLUMES } from './real-node/namespaces';
import { startStandins } from './standins';
import type { ArrayLogin } from './standins/array/server';

export interface OutsideOptions {
  layout: Pick<LabLayout, 'standins' | 'node' | 'realNode' | 'volumes'>;
  kubeconfigs: { standins: string; node: string };
  /** Of the simulated vCenter: the storage array reads them too. */
  datastoresDir: string;
  /** `host:port` of the lab's own. */
  registry: string;
  /** Images whose containers run nothing; default none. */
  hollow?: HollowImages;
  /** Of this machine: where the array listens; default 127.0.0.1. */
  arrayAddress?: string;
  /** Whether CDI's webhooks are registered; default true. */
  webhooks?: boolean;
}

/** Environment variable with the login of the array, as JSON: the process list shows no environment. */
export const ARRAY_LOGIN = 'DROVER_LAB_ARRAY_LOGIN';

export interface Outside {
  /** Where the storage array is asked to copy, over HTTP. */
  arrayUrl: string;
  stop(): Promise<void>;
}

export async function runOutside(
  { layout, kubeconfigs, datastoresDir, registry, hollow, arrayAddress, webhooks }: OutsideOptions,
  arrayLogin: ArrayLogin | undefined,
  log: (line: string) => void,
): Promise<Outside> {
  const volumesDir = layout.volumes;
  const standins = await startStandins({
    kubeconfig: kubeconfigs.standins,
    dir: layout.standins,
    volumesDir,
    loopVolumesDir: join(layout.realNode, VOLUMES),
    nodeDir: layout.node,
    datastoresDir,
    arrayLogin,
    arrayAddress,
    webhooks,
    log,
  });
  const node = await startNode({
    kubeconfig: kubeconfigs.node,
    dir: layout.node,
    volumesDir,
    mirror: registry,
    hollow,
    log,
  });
  const stop = async () => {
    await node.stop();
    await standins.stop();
  };
  return { arrayUrl: standins.arrayUrl, stop };
}

async function main(): Promise<void> {
  const options = JSON.parse(process.argv[2] ?? '{}') as OutsideOptions;
  const login = process.env[ARRAY_LOGIN];
  const arrayLogin = login === undefined ? undefined : (JSON.parse(login) as ArrayLogin);
  // What this process starts need not know it.
  delete process.env[ARRAY_LOGIN];
  const outside = await runOutside(options, arrayLogin, (line) =>
    console.log(new Date().toISOString(), line),
  );
  process.once('SIGTERM', () => {
    void outside.stop().finally(() => process.exit(0));
  });
  process.send?.({ arrayUrl: outside.arrayUrl });
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
}
