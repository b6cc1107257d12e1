/** A control plane and the lab's node, with images made for tests and nothing else around. */
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import {
  ApiException,
  BatchV1Api,
  CoreV1Api,
  KubeConfig,
  Log,
  type V1Container,
  type V1Pod,
  type V1PodSpec,
} from '@kubernetes/client-node';
import { chooseKubernetes, provideKubernetes } from '../../../lab/binaries';
import { type ControlPlane, startControlPlane } from '../../../lab/control-plane';
import { type RunningNode, startNode } from '../../../lab/node';
import { MACHINE_USR } from '../../../lab/node/images';
import { pushImage } from '../../../lab/push-image';
import { type Registry, startRegistry } from '../../../lab/registry';
import { eventually } from '../../support/eventually';

export const NAMESPACE = 'pods';

/** Images whose containers run nothing. */
const HOLLOW = { brief: { seconds: 0.5, message: 'as told' }, endless: {} };

export class NodeCluster {
  readonly dir = mkdtempSync(join(tmpdir(), 'drover-node-'));
  readonly volumesDir = join(this.dir, 'volumes');
  readonly config = new KubeConfig();
  private plane!: ControlPlane;
  private node!: RunningNode;
  registry!: Registry;
  core!: CoreV1Api;
  batch!: BatchV1Api;

  async start(): Promise<void> {
    const choice = chooseKubernetes({ env: process.env, isExecutable });
    if (choice.from === 'given') {
      throw new Error('these tests start a control plane of their own');
    }
    const binaries = await provideKubernetes(choice, () => {});
    this.plane = await startControlPlane({ dir: join(this.dir, 'control-plane'), binaries });
    this.config.loadFromFile(this.plane.kubeconfig);
    this.core = this.config.makeApiClient(CoreV1Api);
    this.batch = this.config.makeApiClient(BatchV1Api);
    this.registry = await startRegistry({ dir: join(this.dir, 'registry') });
    await this.pushImages();
    await this.startNode();
    await this.core.createNamespace({ body: { metadata: { name: NAMESPACE } } });
    await eventually(() =>
      this.core.readNamespacedServiceAccount({ namespace: NAMESPACE, name: 'default' }).catch(() => null),
    );
  }

  /** Their programs are the machine's. */
  private async pushImages(): Promise<void> {
    const shell = { entrypoint: ['/bin/sh'], env: { FROM_IMAGE: 'yes' }, labels: { [MACHINE_USR]: 'true' } };
    await pushImage({ ...shell, user: '107' }, { reference: this.image('shell') });
    await pushImage(shell, { reference: this.image('root') });
    for (const name of Object.keys(HOLLOW)) {
      await pushImage({ ...shell, user: '107' }, { reference: this.image(name) });
    }
  }

  /** @param crashBackOffMs how long it waits before it starts a container again that has failed twice */
  async startNode(crashBackOffMs = 400): Promise<void> {
    this.node = await startNode({
      kubeconfig: this.plane.kubeconfigs.node,
      dir: join(this.dir, 'node'),
      volumesDir: this.volumesDir,
      log: () => {},
      timing: { crashBackOffMs, configRetryMs: 500 },
      hollow: HOLLOW,
    });
  }

  /**
   * What a Pod calls an image of the registry that these tests have: `shell` and `root`, which differ in their user, and
   * those of {@link HOLLOW}.
   */
  image(name: string): string {
    return `${this.registry.host}/test/${name}:1`;
  }

  async stopNode(): Promise<void> {
    await this.node.stop();
  }

  async stop(): Promise<void> {
    await this.node?.stop();
    await this.plane?.stop();
    await this.registry?.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Creates a Pod of one container, `main`, that runs a shell script. */
  async run(name: string, script: string, more: MorePod = {}): Promise<void> {
    const { container, metadata, ...spec } = more;
    const main = { name: 'main', image: this.image('shell'), args: ['-c', script], ...container };
    await this.core.createNamespacedPod({
      namespace: NAMESPACE,
      body: {
        metadata: { name, ...metadata },
        spec: { restartPolicy: 'Never', containers: [main], ...spec },
      },
    });
  }

  /** The Pod as soon as it is as wanted. */
  untilPod(name: string, wanted: (pod: V1Pod) => boolean): Promise<V1Pod> {
    return eventually(async () => {
      const pod = await this.core.readNamespacedPod({ namespace: NAMESPACE, name });
      return wanted(pod) ? pod : null;
    });
  }

  /** The Pod once it is Succeeded or Failed. */
  untilEnded(name: string): Promise<V1Pod> {
    return this.untilPod(name, ({ status }) => ['Succeeded', 'Failed'].includes(status?.phase ?? ''));
  }

  untilGone(name: string): Promise<true> {
    return eventually(async () => {
      try {
        await this.core.readNamespacedPod({ namespace: NAMESPACE, name });
        return null;
      } catch (error) {
        return error instanceof ApiException && error.code === 404 ? true : null;
      }
    });
  }

  logs(name: string, { previous = false } = {}): Promise<string> {
    return this.core.readNamespacedPodLog({ namespace: NAMESPACE, name, previous });
  }

  /** Follows a container's log through the API server; resolves with all of it when it ends. */
  async followLogs(name: string, onChunk: (text: string) => void): Promise<string> {
    const stream = new PassThrough();
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      onChunk(text);
    });
    const ended = new Promise<void>((resolve) => stream.once('end', resolve));
    await new Log(this.config).log(NAMESPACE, name, 'main', stream, { follow: true });
    await ended;
    return text;
  }

  /** A claim bound to a hand-made volume of so many bytes; returns the volume's path on this machine. */
  async claim(
    name: string,
    mode: 'Block' | 'Filesystem',
    { bytes = 1 << 20, attributes = {} }: { bytes?: number; attributes?: Record<string, string> } = {},
  ): Promise<string> {
    const volume = `pv-${name}`;
    const directory = join(this.volumesDir, volume);
    mkdirSync(directory, { recursive: true });
    if (mode === 'Block') {
      writeFileSync(join(directory, 'block'), '');
      truncateSync(join(directory, 'block'), bytes);
    }
    const claim = {
      accessModes: ['ReadWriteOnce'],
      volumeMode: mode,
      storageClassName: 'hand-made',
      resources: { requests: { storage: String(bytes) } },
    };
    const { metadata } = await this.core.createNamespacedPersistentVolumeClaim({
      namespace: NAMESPACE,
      body: { metadata: { name }, spec: claim },
    });
    await this.core.createPersistentVolume({
      body: {
        metadata: { name: volume },
        spec: {
          accessModes: ['ReadWriteOnce'],
          capacity: { storage: String(bytes) },
          volumeMode: mode,
          storageClassName: 'hand-made',
          // With its uid, as a provisioner does, and unnamed in the claim: such a pair is bound at once.
          claimRef: { namespace: NAMESPACE, name, uid: metadata?.uid },
          csi: { driver: 'csi.lab.drover.dev', volumeHandle: volume, volumeAttributes: attributes },
        },
      },
    });
    return mode === 'Block' ? join(directory, 'block') : directory;
  }
}

type MorePod = Partial<V1PodSpec> & { container?: Partial<V1Container>; metadata?: V1Pod['metadata'] };

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
