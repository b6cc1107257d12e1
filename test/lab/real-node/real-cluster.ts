/** A control plane, a registry with the lab's images, and a real node that has joined. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api, type KubeConfig, type V1Pod, type V1PodSpec } from '@kubernetes/client-node';
import { loadCluster } from '../../../lab/apply';
import { chooseKubernetes, provideKubernetes, provideNodePrograms } from '../../../lab/binaries';
import { type ControlPlane, startControlPlane } from '../../../lab/control-plane';
import { labImage, startLabRegistry } from '../../../lab/lab-images';
import { thisMachine } from '../../../lab/machine';
import { type NodePlace, openPlace, type RealNode, startRealNode } from '../../../lab/real-node';
import type { Registry } from '../../../lab/registry';
import { applyCluster } from '../../../lab/standins/apply';
import { eventually } from '../../support/eventually';

export const NAMESPACE = 'pods';

const log = () => undefined;

export class RealCluster {
  readonly dir = mkdtempSync(join(tmpdir(), 'drover-real-node-'));
  readonly logDir = join(this.dir, 'logs');
  place!: NodePlace;
  plane!: ControlPlane;
  registry!: Registry;
  node!: RealNode;
  config!: KubeConfig;
  core!: CoreV1Api;

  async start(): Promise<void> {
    const choice = chooseKubernetes({ ...thisMachine(), env: { ...process.env, DROVER_LAB_KUBECONFIG: '' } });
    if (choice.from === 'given') throw new Error('these tests start a control plane of their own');
    const processes = { logDir: this.logDir, lifetime: 'caller' } as const;
    this.place = await openPlace({ dir: join(this.dir, 'node'), ...processes });
    const address = this.place.link.hostAddress;
    this.plane = await startControlPlane({
      dir: join(this.dir, 'control-plane'),
      binaries: await provideKubernetes(choice, log),
      address,
      realNode: true,
      beforeControllers: applyCluster,
    });
    this.registry = await startLabRegistry({ dir: join(this.dir, 'registry'), address }, log);
    await this.join();
    this.config = loadCluster(this.plane.kubeconfig);
    this.core = this.config.makeApiClient(CoreV1Api);
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await this.core.createNamespace({ body: { metadata: { name: NAMESPACE, labels } } });
    await eventually(() =>
      this.core.readNamespacedServiceAccount({ namespace: NAMESPACE, name: 'default' }).catch(() => null),
    );
  }

  private async join(): Promise<void> {
    this.node = await startRealNode({
      dir: join(this.dir, 'node'),
      logDir: this.logDir,
      lifetime: 'caller',
      place: this.place,
      binaries: await provideNodePrograms(log),
      access: this.plane.realNode!,
      kubeconfig: this.plane.kubeconfig,
      registry: this.registry.host,
      pauseImage: this.image('pause'),
    });
  }

  image(name: string): string {
    return labImage(this.registry.host, name);
  }

  /** Creates a Pod of one container, `main`, as the restricted profile wants it. */
  async run(name: string, image: string, container: Partial<V1PodSpec['containers'][0]> = {}): Promise<void> {
    const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
    await this.core.createNamespacedPod({
      namespace: NAMESPACE,
      body: {
        metadata: { name },
        spec: {
          restartPolicy: 'Never',
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [{ name: 'main', image: this.image(image), securityContext, ...container }],
        },
      },
    });
  }

  /** The Pod as soon as it is in one of these phases. */
  untilPhase(name: string, ...phases: string[]): Promise<V1Pod> {
    return eventually(async () => {
      const pod = await this.core.readNamespacedPod({ namespace: NAMESPACE, name });
      return phases.includes(pod.status?.phase ?? '') ? pod : null;
    });
  }

  logs(name: string): Promise<string> {
    return this.core.readNamespacedPodLog({ namespace: NAMESPACE, name });
  }

  async stop(): Promise<void> {
    await this.node?.stop();
    await this.plane?.stop();
    await this.registry?.stop();
    await this.place?.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
