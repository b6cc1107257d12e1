/** A control plane of this test file's own, with everything of the lab's cluster applied. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseKubernetes, provideKubernetes } from '../../../lab/binaries';
import { startControlPlane } from '../../../lab/control-plane';
import { thisMachine } from '../../../lab/machine';
import { applyCluster } from '../../../lab/standins/apply';
import { Cluster } from '../../../lab/standins/cluster';

export interface TestCluster {
  dir: string;
  kubeconfig: string;
  cluster: Cluster;
  stop(): Promise<void>;
}

export async function startTestCluster(): Promise<TestCluster> {
  const dir = mkdtempSync(join(tmpdir(), 'drover-standins-'));
  const plane = await startControlPlane({
    dir,
    binaries: await kubernetesBinaries(),
    beforeControllers: applyCluster,
  });
  const cluster = new Cluster(plane.kubeconfig);
  return {
    dir,
    kubeconfig: plane.kubeconfig,
    cluster,
    stop: async () => {
      cluster.close();
      await plane.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function kubernetesBinaries() {
  const env = { ...process.env, DROVER_LAB_KUBECONFIG: undefined };
  const choice = chooseKubernetes({ ...thisMachine(), env });
  if (choice.from === 'given') throw new Error('a given cluster has no binaries');
  return provideKubernetes(choice, (line) => process.stderr.write(`${line}\n`));
}
