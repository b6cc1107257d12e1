/** What Drover's Pods do on a real kubelet and containerd, with volumes of a real CSI driver: a doctor's, and a migration's. */
import { join } from 'node:path';
import {
  CoreV1Api,
  CustomObjectsApi,
  PatchStrategy,
  setHeaderOptions,
  type V1Pod,
} from '@kubernetes/client-node';
import { loadCluster } from '../../lab/apply';
import { DEMO_INVENTORY } from '../../lab/demo-inventory';
import { imageRecipe } from '../../lab/image-folder';
import { labImage } from '../../lab/lab-images';
import { pushImage } from '../../lab/push-image';
import type { RealNode } from '../../lab/real-node';
import type { LabState } from '../../lab/state';
import { type Finding, findingsIn } from '../doctor/findings';
import { fileArguments } from '../support/lab-manifests';
import { eventually } from '../support/eventually';
import { realNodeTests } from '../support/real-node';
import { containerProcesses } from './container-processes';
import { plan, TARGET_NAMESPACE, vm } from './site';
import { slowConversion } from './slow-conversion';
import { Stage } from './stage';

/** Of a machine that is slow and busy. */
const PATIENCE_MS = 600_000;
const SIZE = 16 << 20;
const SMALL = { memoryMiB: 64, sizeMiB: SIZE >> 20 };
const EQUAL = { equal: true, bytes: SIZE };
const IMPORTER = 'cdi.kubevirt.io=importer';
const CONVERSION = 'drover.dev/step=convert';
const BLOCK = { storageClass: 'loop-block' };
/**
 * Of a class whose claims wait for a Pod, as in the example map. Kubernetes' scheduler (1.34) may miss that a claim was bound that
 * should be by then, and looks at its Pod again five minutes later.
 */
const FILES = { ...BLOCK, accessMode: 'ReadWriteOnce', volumeMode: 'Filesystem' };
const DESTINATIONS = { block: BLOCK, files: FILES, array: BLOCK };
const ONTO_REAL_NODE = ['providers.yaml', 'storagemap-real-node.yaml', 'networkmap.yaml'];
/** By VM of the demo: how each disk gets there. */
const METHODS: Readonly<Record<string, string[]>> = {
  web01: ['import', 'import', 'plugin'],
  appliance: ['import', 'import'],
  db01: ['plugin', 'plugin'],
  archive: ['import'],
};

realNodeTests(() => {
  let stage: Stage;
  let core: CoreV1Api;
  let node: RealNode;
  beforeAll(async () => {
    const vms = [...DEMO_INVENTORY.vms, vm('troubled', ['block', 'files', 'array'], SMALL)];
    stage = await Stage.open(vms, { realNode: true });
    const { realNode } = stage.whole.lab;
    core = loadCluster(lab().kubeconfig).makeApiClient(CoreV1Api);
    node = realNode!;
    await limitNamespace();
  }, PATIENCE_MS);
  afterAll(() => stage?.close(), PATIENCE_MS);

  describe('drover doctor --try', () => {
    async function examine(...more: string[]): Promise<{ code: number; of(check: string): Finding[] }> {
      const { kubeconfig, registry } = stage.whole.lab.state;
      const pause = labImage(registry, 'pause');
      const images = ['--binder-image', pause, '--reader-image', pause];
      const trial = ['--try', '--storage-class', BLOCK.storageClass, ...images, ...more];
      const answer = await stage.whole.run('doctor', '--kubeconfig', kubeconfig, ...trial, '-o', 'json');
      return {
        code: answer.code,
        of: (wanted) => findingsIn(answer.stdout).filter(({ check }) => check === wanted),
      };
    }

    const matching = (text: RegExp) => expect.stringMatching(text) as string;

    test(
      "says that containerd leaves devices to root, as is its default, and where one sets that it doesn't",
      async () => {
        await node.containerd.start({ deviceOwnership: false });
        try {
          const { code, of } = await examine();
          expect(of('device-ownership')).toEqual([
            {
              check: 'device-ownership',
              severity: 'critical',
              found: 'the runtime does not give devices to the user of a Pod',
              remedy: matching(
                /device_ownership_from_security_context = true, for containerd .* for CRI-O in \[crio.runtime\]/,
              ),
            },
          ]);
          expect(of('tried-volumes').map(({ severity, found }) => [severity, found])).toEqual([
            ['critical', matching(/^class loop-block, Block: it can't write: .*Permission denied/)],
            ['fine', matching(/^class loop-block, Filesystem: /)],
          ]);
          expect(code).toBe(2);
        } finally {
          await node.containerd.start({ deviceOwnership: true });
        }
      },
      PATIENCE_MS,
    );

    test(
      'finds that user 107 writes to devices once it is set, and that CDI imports a container disk onto one',
      async () => {
        await takeScratchFrom('loop-files');
        const disk = labImage(stage.whole.lab.state.registry, 'tiny');
        const entries = [{ path: '/disk/tiny.img', content: 'disk'.repeat(1 << 18) }];
        await pushImage({ layers: [{ entries }] }, { reference: disk });
        const { code, of } = await examine('--import-from', `docker://${disk}`);
        expect([of('device-ownership'), of('tried-import')]).toMatchObject([
          [{ severity: 'fine', found: 'a Pod of user 107 may write to a device' }],
          [
            {
              severity: 'fine',
              found: matching(/^CDI imports an image of \S+ into class loop-block, Block$/),
            },
          ],
        ]);
        expect(code).toBe(0);
      },
      PATIENCE_MS,
    );
  });

  /** CDI's class for it is the default one, whose volumes this node does not reach: an administrator names another. */
  async function takeScratchFrom(scratchSpaceStorageClass: string): Promise<void> {
    const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
    const config = {
      group: 'cdi.kubevirt.io',
      version: 'v1beta1',
      plural: 'cdiconfigs',
      name: 'config',
      body: { status: { scratchSpaceStorageClass } },
    };
    const objects = loadCluster(stage.whole.lab.state.kubeconfig).makeApiClient(CustomObjectsApi);
    await objects.patchClusterCustomObjectStatus(config, merge);
  }

  /** Beside the rules of the restricted profile: each Pod has to say what it takes, or is given a share. */
  async function limitNamespace(): Promise<void> {
    const namespace = TARGET_NAMESPACE;
    const metadata = { name: 'team' };
    const share = { _default: { cpu: '1', memory: '1Gi' }, defaultRequest: { cpu: '10m', memory: '16Mi' } };
    await core.createNamespacedLimitRange({
      namespace,
      body: { metadata, spec: { limits: [{ type: 'Container', ...share }] } },
    });
    const hard = {
      'requests.cpu': '8',
      'limits.cpu': '32',
      'requests.memory': '16Gi',
      'limits.memory': '32Gi',
      'requests.storage': '20Gi',
      pods: '20',
    };
    await core.createNamespacedResourceQuota({ namespace, body: { metadata, spec: { hard } } });
    await eventually(async () => {
      const { status } = await core.readNamespacedResourceQuota({ namespace, name: metadata.name });
      return status?.hard;
    });
  }

  test(
    "the demo's VMs are imported and copied by the array, within a quota, run there, and every disk is equal",
    async () => {
      await stage.array.breakNextCopyOf('[san-1] web01/web01_2.vmdk', 'the pool was busy');
      const migrate = (planFile: string) =>
        stage.whole.run('migrate', '--watch', ...fileArguments(lab(), ...ONTO_REAL_NODE, planFile));

      const runs = await Promise.all(['plan.yaml', 'appliance.yaml'].map(migrate));

      for (const { code, stdout, stderr } of runs) {
        if (code !== 0) throw new Error(`drover migrate ended with ${code}:\n${stdout}\n${stderr}`);
      }
      for (const { name, disks } of DEMO_INVENTORY.vms) {
        const state = await (await stage.whole.drover.vm(name)).state();
        expect(state.disks.map(({ method }) => method)).toEqual(METHODS[name]);
        const equal = disks.map(({ sizeMiB }) => ({ equal: true, bytes: sizeMiB << 20 }));
        expect(await stage.verdicts(state)).toEqual(equal);
      }
      expect(await machines()).toEqual(['appliance', 'db01', 'web01'].map((name) => [name, 'lab-real-node']));
    },
    PATIENCE_MS,
  );

  test(
    'a kubelet that is gone while imports end, Pods that are evicted, and a plugin that fails once cost no disk',
    async () => {
      await stage.array.hold('troubled');
      const options = {
        destinations: DESTINATIONS,
        offload: { image: await copyingPlugin(lab()), vars: {} },
        drover: { conversionImage: await slowConversion(lab()) },
      };
      const { wave, vm: named } = await stage.start(plan(lab(), ['troubled'], options));
      const troubled = named('troubled');

      const [evicted, spared] = await running(IMPORTER, 2);
      await evict(evicted!);
      await running(IMPORTER, 2, evicted);
      await node.kubelet.kill();
      const importers = () => containerProcesses(node, '/usr/local/bin/importer');
      expect(importers()).toHaveLength(2);
      await stage.array.release();
      await eventually(() => importers().length === 0);
      const { disks } = await stage.state(troubled);
      expect(disks.slice(0, 2).map(({ phase }) => phase)).toEqual(['copying', 'copying']);
      await node.kubelet.start();

      const first = await eventually(() => converting());
      await evict((await running(CONVERSION, 1))[0]!);
      const second = await eventually(() => converting(first));
      process.kill(second, 'SIGKILL');

      await stage.succeeded(wave);
      const result = await stage.result(troubled);
      expect(await stage.verdicts(result)).toEqual([EQUAL, EQUAL, EQUAL]);
      expect(result.disks[2]?.attemptLog?.map(({ outcome }) => outcome)).toEqual(['failed', 'copied']);
      const { imports } = await stage.array.counters();
      expect(imports[`${TARGET_NAMESPACE}/${claimOf(spared!)}`]).toBe(SIZE);
      expect(stage.made().filter((object) => object === `pods/${spared?.metadata?.name}`)).toHaveLength(1);
    },
    PATIENCE_MS,
  );

  const lab = () => stage.whole.lab.state;

  /** Of each machine that runs, its name and its node. */
  async function machines(): Promise<(string | undefined)[][]> {
    const labelSelector = 'kubevirt.io=virt-launcher';
    const { items } = await core.listNamespacedPod({ namespace: TARGET_NAMESPACE, labelSelector });
    return items
      .filter(({ status }) => status?.phase === 'Running')
      .map(({ metadata, spec }) => [metadata?.annotations?.['kubevirt.io/domain'], spec?.nodeName])
      .sort();
  }

  /** What a conversion that goes on sleeps in. */
  function converting(except?: number): number | undefined {
    return containerProcesses(node, 'sleep 3600').find((pid) => pid !== except);
  }

  /** Pods of the target namespace, as soon as so many run, and that one is not among them. */
  function running(labelSelector: string, count: number, except?: V1Pod): Promise<V1Pod[]> {
    return eventually(async () => {
      const { items } = await core.listNamespacedPod({ namespace: TARGET_NAMESPACE, labelSelector });
      const found = items.filter(
        ({ metadata, status }) =>
          metadata?.uid !== except?.metadata?.uid && status?.containerStatuses?.[0]?.state?.running,
      );
      return found.length === count ? found : null;
    });
  }

  async function evict({ metadata }: V1Pod): Promise<void> {
    const of = { name: metadata?.name ?? '', namespace: TARGET_NAMESPACE };
    await core.createNamespacedPodEviction({ ...of, body: { metadata: of } });
  }
});

/** Pushes it. @returns what a map calls it */
async function copyingPlugin({ registry }: LabState): Promise<string> {
  const reference = labImage(registry, 'copying-plugin');
  await pushImage(await imageRecipe(join(__dirname, 'copying-plugin')), { reference });
  return reference;
}

function claimOf({ metadata }: V1Pod): string {
  return metadata?.ownerReferences?.[0]?.name ?? '';
}
