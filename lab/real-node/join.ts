/** The real node as a lab has it: one on which KubeVirt's machines can run. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { chooseKubernetes, type NodeBinaries, provideNodePrograms } from '../binaries';
import type { LabCluster } from '../cluster';
import { provideCsi } from '../csi';
import { labImage } from '../lab-images';
import type { LabLayout } from '../layout';
import type { Log } from '../log';
import { thisMachine } from '../machine';
import { kubeletLogs } from '../node/container-log';
import type { ProcessSpec } from '../process';
import { LabRefusal } from '../refusal';
import type { Registry } from '../registry';
import { type NodePlace, type RealNode, startRealNode } from '.';

interface Joining {
  place: NodePlace;
  binaries: NodeBinaries;
  layout: LabLayout;
  cluster: LabCluster;
  registry: Registry;
  lifetime: ProcessSpec['lifetime'];
}

/** @throws LabRefusal when the user lends a cluster: it takes no real node */
export function requireOwnCluster(): void {
  if (chooseKubernetes(thisMachine()).from === 'given') {
    throw new LabRefusal('a real node joins only a cluster of the lab: unset DROVER_LAB_KUBECONFIG');
  }
}

/** What a real node runs; builds what is missing. */
export async function realNodeBinaries(log: Log): Promise<NodeBinaries> {
  await provideCsi(log);
  return provideNodePrograms(log);
}

/** @throws Error with the end of its log when a part does not come up */
export function joinRealNode({ layout, cluster, registry, ...node }: Joining): Promise<RealNode> {
  const { kubeconfig, realNode } = cluster;
  if (realNode === null) throw new Error('a cluster that the user lends takes no real node');
  // Stand-ins read there what importers print.
  symlinkSync(join(layout.realNode, 'var', 'log', 'pods'), kubeletLogs(layout.node));
  return startRealNode({
    ...node,
    dir: layout.realNode,
    logDir: layout.logs,
    access: realNode,
    kubeconfig,
    registry: registry.host,
    pauseImage: labImage(registry.host, 'pause'),
    // Importers write to Block volumes as a user of their own.
    deviceOwnership: true,
    labels: { 'kubevirt.io/schedulable': 'true' },
    resources: { 'devices.kubevirt.io/kvm': '1000' },
  });
}
