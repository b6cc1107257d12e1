/**
 * The part of the outside world that is written in TypeScript: stand-in controllers and the node that runs Pods.
 * Run as a program, it is one process that sends its parent the address of the storage array.
 */
import type { LabLayout } from './layout';
import { startNode } from './node';
import type { HollowImages } from './node/hollow';
import { startStandins } from './standins';

export interface OutsideOptions {
  layout: Pick<LabLayout, 'standins' | 'node' | 'volumes'>;
  kubeconfigs: { standins: string; node: string };
  /** Of the simulated vCenter: the storage array reads them too. */
  datastoresDir: string;
  /** `host:port` of the lab's own. */
  registry: string;
  /** Images whose containers run nothing; default none. */
  hollow?: HollowImages;
}

export interface Outside {
  /** Where the storage array is asked to copy, over HTTP. */
  arrayUrl: string;
  stop(): Promise<void>;
}

export async function runOutside(
  { layout, kubeconfigs, datastoresDir, registry, hollow }: OutsideOptions,
  log: (line: string) => void,
): Promise<Outside> {
  const volumesDir = layout.volumes;
  const standins = await startStandins({
    kubeconfig: kubeconfigs.standins,
    dir: layout.standins,
    volumesDir,
    nodeDir: layout.node,
    datastoresDir,
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
  const outside = await runOutside(options, (line) => console.log(new Date().toISOString(), line));
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
