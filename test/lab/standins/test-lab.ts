/** Stand-ins and nodes at work on a control plane of this test file's own. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { startLabRegistry } from '../../../lab/lab-images';
import { startNode } from '../../../lab/node';
import { startStandins } from '../../../lab/standins';
import { NAMESPACES } from '../../../lab/standins/resources';
import { startTestCluster, type TestCluster } from './test-cluster';

export interface TestLab extends TestCluster {
  arrayUrl: string;
  volumesDir: string;
  datastoresDir: string;
  /** `host:port` */
  registry: string;
}

/** As target namespaces are: nothing runs there that the restricted pod security standard forbids. */
export const NAMESPACE = 'migrated';

export async function startTestLab(): Promise<TestLab> {
  const base = await startTestCluster();
  const [volumesDir, datastoresDir] = [join(base.dir, 'volumes'), join(base.dir, 'datastores')];
  [volumesDir, datastoresDir].forEach((folder) => mkdirSync(folder));
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  const { kubeconfig } = base;
  const standins = await startStandins({
    kubeconfig,
    dir: join(base.dir, 'standins'),
    volumesDir,
    nodeDir: join(base.dir, 'node'),
    datastoresDir,
    log,
  });
  const registry = await startLabRegistry({ dir: join(base.dir, 'registry') }, log);
  const timing = { crashBackOffMs: 100, crashBackOffMaxMs: 200, configRetryMs: 100 };
  const node = await startNode({
    kubeconfig,
    dir: join(base.dir, 'node'),
    volumesDir,
    mirror: registry.host,
    log,
    timing,
  });
  await base.cluster.create(NAMESPACES, {
    metadata: { name: NAMESPACE, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  });
  return {
    ...base,
    arrayUrl: standins.arrayUrl,
    volumesDir,
    datastoresDir,
    registry: registry.host,
    stop: async () => {
      await node.stop();
      await standins.stop();
      await registry.stop();
      await base.stop();
      if (process.env.LAB_TEST_LOG) process.stderr.write(`${lines.join('\n')}\n`);
    },
  };
}

/** A Pod that mounts a claim and waits, as Drover's binder does. */
export function holder(name: string, claim: string, block: boolean): V1Pod {
  const path = '/dev/held';
  return {
    metadata: { name, namespace: NAMESPACE },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      securityContext: { runAsNonRoot: true, runAsUser: 107, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'pause',
          image: 'lab.drover.dev/pause:1',
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          ...(block
            ? { volumeDevices: [{ name: 'disk', devicePath: path }] }
            : { volumeMounts: [{ name: 'disk', mountPath: '/held' }] }),
        },
      ],
      volumes: [{ name: 'disk', persistentVolumeClaim: { claimName: claim } }],
    },
  };
}
