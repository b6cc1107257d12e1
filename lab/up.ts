/** Starts the whole lab: a cluster, a vCenter, a Temporal server, a registry, and the outside world around them. */
import { join } from 'node:path';
import { applyObjects, loadCluster } from './apply';
import type { Log } from './log';
import { type LabCluster, startCluster } from './cluster';
import { siteObjects } from './cluster-objects';
import { LAB_INVENTORY } from './demo-inventory';
import { runningProcesses } from './down';
import { REAL_NODE_STORAGE_MAP, writeExampleManifests } from './example-manifests';
import { GUEST_PLAN, withGuests } from './guest/vms';
import type { NodeBinaries } from './binaries';
import { gatherIngredients, type Ingredients } from './ingredients';
import { startLabRegistry } from './lab-images';
import { claimFolder, labLayout, type LabLayout } from './layout';
import type { HollowImages } from './node/hollow';
import { type RunningOutside, startOutside } from './outside-process';
import type { LabProcess, ProcessSpec } from './process';
import { type NodePlace, openPlace, type RealNode } from './real-node';
import { joinRealNode, realNodeBinaries, requireOwnCluster } from './real-node/join';
import { ensureRealNode } from './real-node/prerequisites';
import { LabRefusal } from './refusal';
import type { Registry } from './registry';
import { provideWorkerAccount } from './service-accounts';
import { type LabState, writeState } from './state';
import { openTemporal, type OpenTemporal } from './temporal';
import { startVcenter, type VcenterHandle } from './vcenter';
import type { VcenterSpec } from './vcenter-spec';

export interface LabOptions {
  /** Empty, absent, or a former lab's, whose files are then removed. */
  dir: string;
  /** Default: the four VMs of the demo. */
  inventory?: VcenterSpec;
  /** Adds VMs that really boot; installs and builds what that takes. */
  guests?: boolean;
  /** Adds a node with a real kubelet, which needs root; default false. */
  realNode?: boolean;
  /** Images whose containers run nothing; default none. */
  hollow?: HollowImages;
  /**
   * Of this machine: where the API server and the vCenter listen, for workers that are elsewhere; default 127.0.0.1.
   */
  address?: string;
  /** Workflows outlive Temporal's server: they are kept in a file. Default: in memory, which is quicker. */
  keepWorkflows?: boolean;
  /** Takes one line of progress. */
  log: Log;
  /** Whether the lab lives on when the caller ends; default `itself`. */
  lifetime?: ProcessSpec['lifetime'];
}

export interface RunningLab {
  state: LabState;
  /** Null where none was asked for. */
  realNode: RealNode | null;
  /** Ends every process; the files stay. */
  stop(): Promise<void>;
}

interface Parts {
  cluster: LabCluster;
  vcenter: VcenterHandle;
  temporal: OpenTemporal;
  registry: Registry;
  outside: RunningOutside;
  place: NodePlace | null;
  realNode: RealNode | null;
}

type Track = <T extends { stop(): Promise<void> }>(starting: Promise<T>) => Promise<T>;

/**
 * @throws LabRefusal when the user can mend it: a lab runs there already, the machine lacks something.
 * @throws Error when a part does not start, with the end of its log; what had been started is stopped again.
 */
export async function startLab(options: LabOptions): Promise<RunningLab> {
  if (runningProcesses(labLayout(options.dir)).length > 0) {
    throw new LabRefusal(
      `a lab is running in ${options.dir}; stop it with: drover lab down --dir ${options.dir}`,
    );
  }
  // First of all: the rest takes minutes, and leaves folders.
  if (options.realNode) {
    requireOwnCluster();
    await ensureRealNode(options.log);
  }
  const layout = claimFolder(options.dir);
  const ingredients = await gatherIngredients(options.log);
  const nodeBinaries = options.realNode ? await realNodeBinaries(options.log) : null;
  const inventory = await inventoryFor(options);
  const started: { stop(): Promise<void> }[] = [];
  const stop = async () => {
    for (const part of started.splice(0).reverse()) {
      await part.stop();
    }
  };
  const track: Track = async (starting) => {
    const part = await starting;
    started.push(part);
    return part;
  };
  try {
    const parts = await startParts({ ...options, inventory }, { layout, ingredients, nodeBinaries, track });
    const state = labState(layout, parts);
    writeState(state);
    options.log(`the lab is up in ${layout.dir}`);
    return { state, realNode: parts.realNode, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function inventoryFor({ inventory = LAB_INVENTORY, guests, log }: LabOptions): Promise<VcenterSpec> {
  return guests ? withGuests(inventory, log) : inventory;
}

interface Site {
  layout: LabLayout;
  ingredients: Ingredients;
  /** Null where no real node is asked for. */
  nodeBinaries: NodeBinaries | null;
  track: Track;
}

async function startParts(
  {
    log,
    lifetime = 'itself',
    inventory,
    guests = false,
    hollow,
    address: givenAddress = '127.0.0.1',
    keepWorkflows = false,
  }: LabOptions & { inventory: VcenterSpec },
  { layout, ingredients, nodeBinaries, track }: Site,
): Promise<Parts> {
  const place =
    nodeBinaries && (await track(openPlace({ dir: layout.realNode, logDir: layout.logs, lifetime })));
  // What Pods of a real node talk to must be where they reach it, the registry among it.
  const nodesAddress = place?.link.hostAddress;
  const address = nodesAddress ?? givenAddress;
  log('starting the cluster, the vCenter, Temporal and the registry');
  const [cluster, vcenter, temporal, registry] = await allStarted([
    track(
      startCluster({
        source: ingredients.kubernetes,
        dir: layout.controlPlane,
        address,
        realNode: place !== null,
        lifetime,
      }),
    ),
    track(
      startVcenter({
        dir: layout.vcenter,
        binary: ingredients.vcsim,
        spec: inventory,
        address: `${address}:0`,
        lifetime,
      }),
    ),
    track(
      openTemporal({
        source: ingredients.temporal,
        logDir: layout.logs,
        lifetime,
        ...(keepWorkflows && { dbFilename: join(layout.dir, 'temporal.db') }),
      }),
    ),
    track(
      startLabRegistry(
        { dir: layout.registry, lifetime, ...(nodesAddress !== undefined && { address: nodesAddress }) },
        log,
      ),
    ),
  ]);
  log('starting storage, importers, virtual machines and the nodes');
  const { kubeconfigs } = cluster;
  const [outside, realNode] = await allStarted([
    track(
      startOutside({
        layout,
        kubeconfigs,
        datastoresDir: vcenter.datastoresDir,
        arrayLogin: { username: vcenter.username, password: vcenter.password },
        registry: registry.host,
        hollow,
        ...(nodesAddress !== undefined && { arrayAddress: nodesAddress }),
        // A cluster that the user lends may run elsewhere.
        webhooks: 'binaries' in ingredients.kubernetes,
        logDir: layout.logs,
        lifetime,
      }),
    ),
    place === null
      ? Promise.resolve(null)
      : track(joinRealNode({ place, binaries: nodeBinaries!, layout, cluster, registry, lifetime })),
  ]);
  const admin = loadCluster(cluster.kubeconfig);
  await applyObjects(admin, siteObjects({ vcenter, registry: registry.host }));
  await provideWorkerAccount(admin, layout.workerKubeconfig);
  const values = { VCENTER_URL: vcenter.url, ARRAY_URL: outside.arrayUrl, REGISTRY: registry.host };
  const without = [...(guests ? [] : [GUEST_PLAN]), ...(realNode ? [] : [REAL_NODE_STORAGE_MAP])];
  writeExampleManifests(layout.manifests, values, { without });
  return { cluster, vcenter, temporal, registry, outside, place, realNode };
}

function labState(layout: LabLayout, parts: Parts): LabState {
  const { cluster, vcenter, temporal, registry, outside, place, realNode } = parts;
  const { url, username, password, thumbprint, caFile, datastoresDir } = vcenter;
  return {
    dir: layout.dir,
    kubeconfig: cluster.kubeconfig,
    workerKubeconfig: layout.workerKubeconfig,
    auditLog: cluster.auditLog,
    temporal: { address: temporal.address, namespace: temporal.namespace },
    vcenter: { url, username, password, thumbprint, caFile, datastoresDir },
    volumesDir: layout.volumes,
    arrayUrl: outside.arrayUrl,
    registry: registry.host,
    manifestsDir: layout.manifests,
    processes: [
      place?.namespaces.process,
      ...cluster.processes,
      vcenter.process,
      temporal.process,
      registry.process,
      outside.process,
      ...(realNode?.processes ?? []),
    ]
      .filter((process) => process != null)
      .map(({ name, pid, startTime }): LabProcess => ({ name, pid, startTime })),
  };
}

/** As Promise.all; but when one fails, the others are awaited too, so that none starts unseen afterwards. */
async function allStarted<T extends readonly unknown[]>(parts: {
  [K in keyof T]: Promise<T[K]>;
}): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(parts);
  return Promise.all(parts) as Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }>;
}
