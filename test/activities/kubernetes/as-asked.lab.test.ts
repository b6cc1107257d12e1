/** What a plan asks of its target's objects, as a strict API server takes it. */
import { NOT_CONVERTED } from '../../../workflows/migrate-vm/state';
import type { Affinity } from '../../../plan/affinity';
import type { FrozenVm } from '../../../plan/frozen';
import {
  CLUSTER_INSTANCE_TYPES,
  CLUSTER_PREFERENCES,
  DATA_VOLUMES,
  JOBS,
  NETWORK_ATTACHMENTS,
  PODS,
  STORAGE_CAPACITIES,
  STORAGE_CLASSES,
  VIRTUAL_MACHINES,
  VOLUME_CLAIMS,
} from '../../../activities/kubernetes/api/kinds';
import { binderPod } from '../../../activities/kubernetes/objects/binder-pod';
import { conversionJob } from '../../../activities/kubernetes/objects/conversion-job';
import { dataVolume } from '../../../activities/kubernetes/objects/data-volume';
import { launcherPod } from '../../../activities/kubernetes/objects/launcher-pod';
import { virtualMachine } from '../../../activities/kubernetes/objects/virtual-machine';
import { formatProblem } from '../../../plan/problem';
import { eventually } from '../../support/eventually';
import { BY_IMPORT, frozenVm } from '../../support/frozen-vm';
import { dropNamespace, freshNamespace, useCluster } from '../../support/lab';
import { exampleManifests, openTarget, type Target, XFS_CONVERSION_IMAGE } from './target';

let target: Target;

beforeAll(() => {
  target = openTarget();
});

afterAll(() => target.close());

const AFFINITY: Affinity = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [
        {
          matchExpressions: [
            { key: 'rack', operator: 'NotIn', values: ['7'] },
            { key: 'generation', operator: 'Gt', values: ['3'] },
          ],
          matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: ['old'] }],
        },
      ],
    },
  },
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        weight: 50,
        podAffinityTerm: {
          topologyKey: 'kubernetes.io/hostname',
          labelSelector: { matchLabels: { app: 'db' } },
          namespaceSelector: {},
        },
      },
    ],
  },
};

describe('in a namespace of its own', () => {
  let vm: FrozenVm;

  beforeEach(async () => {
    const namespace = await freshNamespace(useCluster(), { restricted: true });
    vm = { ...frozenVm({ methods: [BY_IMPORT] }), namespace };
  });

  afterEach(() => dropNamespace(useCluster(), vm.namespace));

  test('names, affinity and CPU features arrive in the VirtualMachine', async () => {
    vm.disks = vm.disks.map((disk) => ({ ...disk, deviceName: 'root' }));
    vm.hardware = { ...vm.hardware, nestedVirtualization: true };
    vm.affinity = AFFINITY;
    await target.admin.create(VIRTUAL_MACHINES, virtualMachine(vm, NOT_CONVERTED));
    const made = await target.admin.get(VIRTUAL_MACHINES, { name: vm.targetName, namespace: vm.namespace });
    expect(made.spec.template.spec).toMatchObject({
      affinity: AFFINITY,
      volumes: [{ name: 'root', persistentVolumeClaim: { claimName: vm.disks[0]?.volumeName } }],
      domain: {
        cpu: {
          features: [
            { name: 'vmx', policy: 'optional' },
            { name: 'svm', policy: 'optional' },
          ],
        },
        devices: { disks: [{ name: 'root' }] },
      },
    });
  });

  test('the API server takes the Pods of a VM with affinities, and its conversion with labels of the plan', async () => {
    vm.affinity = AFFINITY;
    vm.convertor = { labels: { team: 'red' }, nodeSelector: { role: 'convert' }, affinity: AFFINITY };
    const limits = { cpu: false, memoryRatio: null };
    const attempt = { attempt: 1, conversionId: 'v-1', resume: false };
    const tried = { dryRun: true };
    const pods = [binderPod(vm, 'binder:1'), launcherPod(vm, 'binder:1', limits)];
    const [binder, launcher] = await Promise.all(pods.map((pod) => target.admin.create(PODS, pod, tried)));
    expect([binder?.spec?.affinity, launcher?.spec?.affinity]).toEqual([AFFINITY, AFFINITY]);
    const job = await target.admin.create(JOBS, conversionJob(vm, vm.conversion!, attempt), tried);
    expect(job.spec?.template.spec).toMatchObject({ nodeSelector: { role: 'convert' }, affinity: AFFINITY });
    expect(job.spec?.template.metadata?.labels).toMatchObject({ team: 'red' });
  });

  test("an import's claim says over which network its Pod copies", async () => {
    vm.nodeSelector = { 'kubernetes.io/hostname': 'nowhere' };
    const disk = {
      ...vm.disks[0]!,
      transferNetwork: { namespace: 'default', name: 'storage', route: 'none' as const },
    };
    const server = { url: 'https://vc/sdk', thumbprint: 't' };
    const features = { initImageUrl: false, certConfigMap: false, extraArgs: false, instanceUuid: false };
    const volume = dataVolume(vm, disk, { server, features, certConfigMap: null });
    await target.admin.create(DATA_VOLUMES, volume);
    const claim = { name: disk.volumeName, namespace: vm.namespace };
    const made = await eventually(() => target.admin.find(VOLUME_CLAIMS, claim));
    expect(made?.metadata?.annotations).toMatchObject({
      'k8s.v1.cni.cncf.io/networks': '[{"name":"storage","namespace":"default"}]',
    });
  });
});

describe('of a whole plan', () => {
  const [namespace, name] = ['migrated', 'as-asked-0'];

  afterEach(async () => {
    await target.admin.delete(VOLUME_CLAIMS, { namespace, name });
    await target.admin.delete(NETWORK_ATTACHMENTS, { namespace, name });
    await target.admin.delete(CLUSTER_INSTANCE_TYPES, { name });
    await target.admin.delete(CLUSTER_PREFERENCES, { name });
    await target.admin.delete(STORAGE_CAPACITIES, { namespace, name });
    await target.admin.delete(STORAGE_CLASSES, { name });
  });

  /** Of a VM that no other test migrates: what such a migration has made would be in the way. */
  async function resolve(asked: object, ofMap: object = {}) {
    const more: Record<string, object> = { Plan: asked, StorageMap: ofMap };
    const manifests = exampleManifests('plan.yaml').map((document) => ({
      ...document,
      spec: { ...(document.spec as object), ...more[String(document.kind)] },
    }));
    const request = { manifests, only: ['archive'], offset: 0 };
    const { problems, vms } = await target.run(target.activities.main.resolvePlan, request);
    return { problems: problems.map(formatProblem), vms };
  }

  test("a name that somebody else's claim has is refused, and no other claim of the namespace matters", async () => {
    await target.admin.create(VOLUME_CLAIMS, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
    });
    const exact = { pvcNameTemplateUseGenerateName: false };
    const { problems } = await resolve({ ...exact, pvcNameTemplate: 'as-asked-{{.DiskIndex}}' });
    expect(problems).toEqual([
      expect.stringContaining(`disk 0 of VM "archive" is "${name}", which a claim of the namespace has, too`),
    ]);
    const other = await resolve({ ...exact, pvcNameTemplate: 'other-{{.DiskIndex}}' });
    expect(other.problems).toEqual([]);
    expect(other.vms[0]?.disks[0]?.volumeName).toBe('other-0');
  });

  test('an instance type of the cluster is found, and the API server takes a VirtualMachine with it', async () => {
    const { apiVersion, kind } = CLUSTER_INSTANCE_TYPES;
    const spec = { cpu: { guest: 2 }, memory: { guest: '1Gi' } };
    await target.admin.create(CLUSTER_INSTANCE_TYPES, { apiVersion, kind, metadata: { name }, spec });
    const { vms } = await resolve({ vms: [{ name: 'archive', targetName: name, instanceType: name }] });
    expect(vms[0]?.instanceType).toEqual({ kind, name, cpus: 2, memoryBytes: 2 ** 30 });
    const machine = virtualMachine(vms[0]!, NOT_CONVERTED);
    const taken = await target.admin.create(VIRTUAL_MACHINES, machine, { dryRun: true });
    expect(taken.spec.instancetype).toEqual({ kind, name });
  });

  test('a preference of the cluster is found, and the API server takes a VirtualMachine with it', async () => {
    const { apiVersion, kind } = CLUSTER_PREFERENCES;
    await target.admin.create(CLUSTER_PREFERENCES, { apiVersion, kind, metadata: { name }, spec: {} });
    const drover = { preferences: { debian11_64Guest: name }, conversionImage: XFS_CONVERSION_IMAGE };
    const { vms } = await resolve({ vms: [{ name: 'archive', targetName: name }], drover });
    expect(vms[0]?.preference).toBe(name);
    const machine = virtualMachine(vms[0]!, NOT_CONVERTED);
    const taken = await target.admin.create(VIRTUAL_MACHINES, machine, { dryRun: true });
    expect(taken.spec.preference).toEqual({ kind, name });
  });

  test('guests with XFS of version 4 are converted by the image that the worker has for them', async () => {
    const { problems, vms } = await resolve({ xfsCompatibility: true, drover: {} });
    expect(problems).toEqual([expect.stringContaining(`spec.xfsCompatibility: `)]);
    expect(problems[0]).toContain(`see that all nodes can have "${XFS_CONVERSION_IMAGE}"`);
    expect(vms[0]?.conversion?.image).toBe(XFS_CONVERSION_IMAGE);
  });

  test("the vCenter's notes on a VM are read, and the API server takes them", async () => {
    const { problems, vms } = await resolve({
      tagMapping: { labelTags: ['Owner'] },
      vms: [{ name: 'archive', targetName: name }],
    });
    expect(problems).toEqual([expect.stringContaining('attribute "Backup Plan" arrives as')]);
    const labels = { 'vsphere.forklift.konveyor.io/owner': 'archivists' };
    const annotations = { 'vsphere.forklift.konveyor.io/Backup_Plan': 'weekly, 5 weeks' };
    expect(vms[0]?.sourceNotes).toEqual({ labels, annotations });
    const machine = virtualMachine(vms[0]!, NOT_CONVERTED);
    const taken = await target.admin.create(VIRTUAL_MACHINES, machine, { dryRun: true });
    expect(taken.metadata).toMatchObject({ labels, annotations });
  });

  test('what a driver reports of a class is compared with the volumes', async () => {
    const { apiVersion, kind } = STORAGE_CAPACITIES;
    await target.admin.create(STORAGE_CLASSES, {
      apiVersion: STORAGE_CLASSES.apiVersion,
      kind: STORAGE_CLASSES.kind,
      metadata: { name },
      provisioner: 'none.drover.dev',
    });
    const said = { storageClassName: name, capacity: '1Gi', maximumVolumeSize: '8Mi' };
    await target.admin.create(STORAGE_CAPACITIES, {
      apiVersion,
      kind,
      metadata: { name, namespace },
      ...said,
    });
    const destination = { storageClass: name, volumeMode: 'Block', accessMode: 'ReadWriteOnce' };
    const { problems } = await resolve(
      { skipGuestConversion: true },
      { map: [{ source: { name: 'ssd-2' }, destination }] },
    );
    expect(problems).toEqual([
      expect.stringMatching(/needs a volume of 0\.02 GiB, and class "as-asked-0" can have 0\.01 GiB at most/),
    ]);
  });

  test('the route of a transfer network is what its owner says of it', async () => {
    await target.admin.create(NETWORK_ATTACHMENTS, {
      apiVersion: NETWORK_ATTACHMENTS.apiVersion,
      kind: NETWORK_ATTACHMENTS.kind,
      metadata: { name, namespace, annotations: { 'forklift.konveyor.io/route': '10.9.0.1' } },
    });
    const { problems, vms } = await resolve({ transferNetwork: { name } });
    expect(problems).toEqual([]);
    const network = { namespace, name, route: '10.9.0.1' };
    expect(vms[0]?.disks.map(({ transferNetwork }) => transferNetwork)).toEqual(
      vms[0]?.disks.map(() => network),
    );
  });
});
