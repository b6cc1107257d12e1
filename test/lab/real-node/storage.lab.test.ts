/** Volumes on the lab's real node: what a CSI driver, a kubelet and a container runtime make of a claim. */
import { readdirSync, readFileSync } from 'node:fs';
import type { V1Container, V1Pod } from '@kubernetes/client-node';
import { eventually } from '../../support/eventually';
import { realNodeTests } from '../../support/real-node';
import { NAMESPACE as namespace, RealCluster } from './real-cluster';

/** Of a machine that is slow and busy. */
const START_MS = 600_000;
const PATIENCE_MS = 240_000;

/** Who owns the device, and whether the container's user may read it. */
const LOOK =
  'stat -Lc "%t %u:%g" /dev/disk | sed "s/^7 /loop device of /"; ' +
  'if head -c 1 /dev/disk >/dev/null 2>&1; then echo opened; else echo refused; fi';

realNodeTests(() => {
  const cluster = new RealCluster();
  beforeAll(async () => {
    await cluster.start();
    await claim('device', 'loop-block', 'Block');
  }, START_MS);
  afterAll(() => cluster.stop(), PATIENCE_MS);

  test(
    "a Block volume is a device that belongs to root, as is containerd's default, so the Pod's user may not open it",
    async () => {
      expect(await said(await run('by-default', LOOK, DEVICE))).toBe('loop device of 0:0\nrefused\n');
    },
    PATIENCE_MS,
  );

  test(
    'a full volume fails its own Pod, and the files stay',
    async () => {
      await claim('files', 'loop-files', 'Filesystem');
      const fill = 'dd if=/dev/zero of=/held/zeros bs=1M count=64 2>&1 | grep -o "No space left on device"';
      expect(await said(await run('filling', `echo kept >/held/file; ${fill}`, FILES))).toBe(
        'No space left on device\n',
      );
      expect(await said(await run('reading', 'cat /held/file', FILES))).toBe('kept\n');
    },
    PATIENCE_MS,
  );

  test(
    "with device_ownership_from_security_context it belongs to the Pod's user, who finds what is on it",
    async () => {
      await cluster.node.containerd.start({ deviceOwnership: true });
      const security = { runAsUser: 107, runAsGroup: 107 };
      expect(await said(await run('owning', LOOK, DEVICE, security))).toBe(
        'loop device of 107:107\nopened\n',
      );
      await run('writing', 'echo kept >/dev/disk; sync', DEVICE, security);
      expect(await said(await run('reading-it', 'head -c 4 /dev/disk', DEVICE, security))).toBe('kept');
    },
    PATIENCE_MS,
  );

  test(
    'no device is left when the node has ended while a Pod has a volume',
    async () => {
      await create('holding', 'sleep infinity', DEVICE);
      await cluster.untilPhase('holding', 'Running');
      expect(devices()).not.toEqual([]);
      process.kill(cluster.place.namespaces.pid, 'SIGKILL');
      await eventually(() => devices().length === 0);
    },
    PATIENCE_MS,
  );

  async function claim(name: string, storageClassName: string, volumeMode: string): Promise<void> {
    const resources = { requests: { storage: '16Mi' } };
    await cluster.core.createNamespacedPersistentVolumeClaim({
      namespace,
      body: {
        metadata: { name },
        spec: { storageClassName, volumeMode, accessModes: ['ReadWriteOnce'], resources },
      },
    });
  }

  async function create(name: string, script: string, use: Use, security: object = {}): Promise<void> {
    const { claimName, ...container } = use;
    const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, ...security };
    const command = ['/bin/sh', '-c', script];
    const main: V1Container = {
      name: 'main',
      image: cluster.image('pause'),
      command,
      securityContext,
      ...container,
    };
    await cluster.core.createNamespacedPod({
      namespace,
      body: {
        metadata: { name },
        spec: {
          restartPolicy: 'Never',
          securityContext: { runAsNonRoot: true, fsGroup: 107, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [main],
          volumes: [{ name: 'disk', persistentVolumeClaim: { claimName } }],
        },
      },
    });
  }

  /** A Pod that has run to its end. */
  async function run(name: string, script: string, use: Use, security: object = {}): Promise<V1Pod> {
    await create(name, script, use, security);
    return cluster.untilPhase(name, 'Succeeded', 'Failed');
  }

  function said({ metadata }: V1Pod): Promise<string> {
    return cluster.logs(metadata?.name ?? '');
  }

  /** Loop devices of the node's volumes, and those that the kubelet has over them. */
  function devices(): string[] {
    return readdirSync('/sys/block').filter((name) => backing(name).includes(cluster.dir));
  }
});

function backing(device: string): string {
  try {
    return readFileSync(`/sys/block/${device}/loop/backing_file`, 'utf8');
  } catch {
    // It is no loop device, or it is free.
    return '';
  }
}

interface Use extends Partial<V1Container> {
  claimName: string;
}

const DEVICE: Use = { claimName: 'device', volumeDevices: [{ name: 'disk', devicePath: '/dev/disk' }] };
const FILES: Use = { claimName: 'files', volumeMounts: [{ name: 'disk', mountPath: '/held' }] };
