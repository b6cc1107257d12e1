import type { SourceConnection } from '../../../../activities/interfaces';
import type { Pod } from '../../../../activities/kubernetes/api/kinds';
import { binderPod } from '../../../../activities/kubernetes/objects/binder-pod';
import { dataVolume } from '../../../../activities/kubernetes/objects/data-volume';
import { loginSecret } from '../../../../activities/kubernetes/objects/login-secret';
import { pluginJob, type PluginJobInput } from '../../../../activities/kubernetes/objects/plugin-job';
import { isOfDisk, isOurs, PROOF_OF_END } from '../../../../activities/kubernetes/api/ownership';
import { vmRef } from '../../../../plan/vm-ref';
import { loginSecretName } from '../../../../plan/names';
import { RESERVED_PLUGIN_VARS } from '../../../../plan/plugin-contract';
import { AIO_BUFFERS } from '../../../../plan/vddk-config';
import { BY_IMPORT, BY_PLUGIN, frozenVm } from '../../../support/frozen-vm';

const CONNECTION: SourceConnection = {
  vcenterUrl: 'https://vcenter/sdk',
  vcenterThumbprint: 'AA:BB',
  hostUrl: 'https://esx-1',
  hostThumbprint: 'CC:DD',
};
const SERVER = { url: CONNECTION.vcenterUrl, thumbprint: CONNECTION.vcenterThumbprint };

function job(vars: Record<string, string> = {}, more: Partial<PluginJobInput> = {}) {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_PLUGIN] });
  const disk = vm.disks[1];
  if (disk === undefined) throw new Error('no disk');
  const request = { vm: vmRef(vm), disk, attempt: 2, copyId: 'copy-7', connection: CONNECTION };
  const volume = { name: 'pv-1', driver: 'csi.example.com', handle: 'h-1' };
  return { vm, disk, job: pluginJob({ request, image: 'plugin:1', vars, volume, ...more }) };
}

function environment(vars: Record<string, string> = {}): Record<string, string | undefined> {
  const [container] = job(vars).job.spec?.template.spec?.containers ?? [];
  return Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));
}

test('a plugin gets every variable of the contract, and the map may not change one', () => {
  const found = environment({ ARRAY: 'a-1', COPY_ID: 'forged' });
  expect(Object.keys(found).sort()).toEqual([...RESERVED_PLUGIN_VARS, 'ARRAY'].sort());
  expect(found).toMatchObject({
    ARRAY: 'a-1',
    COPY_ID: 'copy-7',
    ATTEMPT: '2',
    TARGET_PATH: '/dev/drover/target',
  });
});

test('a plugin whose array writes beneath the volume does not have it', () => {
  const { vm, disk } = job();
  const beneath = { ...disk, method: { ...BY_PLUGIN, attachTarget: false } };
  const request = { vm: vmRef(vm), disk: beneath, attempt: 1, copyId: 'copy-7', connection: CONNECTION };
  const volume = { name: 'pv-1', driver: 'csi.example.com', handle: 'h-1' };
  const pod = pluginJob({ request, image: 'plugin:1', vars: {}, volume }).spec?.template.spec;

  expect(pod?.volumes?.map(({ name }) => name)).toEqual(['login']);
  expect(pod?.containers[0]?.volumeDevices).toBeUndefined();
  expect(pod?.containers[0]?.env).toContainEqual({ name: 'TARGET_PATH', value: '' });
  expect(pod?.containers[0]?.env).toContainEqual({ name: 'VOLUME_HANDLE', value: 'h-1' });
});

test('a plugin runs once, under restricted security, and its Pod stays until its end is proven', () => {
  const { spec } = job().job;
  expect(spec).toMatchObject({ backoffLimit: 0, podReplacementPolicy: 'Failed' });
  expect(spec?.template.metadata?.finalizers).toEqual([PROOF_OF_END]);
  expect(spec?.template.spec).toMatchObject({
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  });
});

test('a plugin runs as the image that was looked at, by the Secret that the map names', () => {
  const pinnedImage = `registry.example.com/offload@sha256:${'0'.repeat(64)}`;
  const pinned = job({}, { pinnedImage, imagePullSecret: 'vendor' }).job.spec?.template.spec;
  expect(pinned).toMatchObject({
    containers: [{ image: pinnedImage }],
    imagePullSecrets: [{ name: 'vendor' }],
  });
  const written = job().job.spec?.template.spec;
  expect(written?.containers[0]?.image).toBe('plugin:1');
  // Left to the ServiceAccount.
  expect(written).not.toHaveProperty('imagePullSecrets');
});

test('no login stands in a Job: the Secret is mounted', () => {
  const { vm, disk, job: made } = job();
  const pod = made.spec?.template.spec;
  expect(pod?.volumes?.[0]?.secret?.secretName).toBe(loginSecretName(vm.baseName, disk.index));
  expect(pod?.containers[0]?.volumeMounts?.[0]?.mountPath).toBe('/etc/secret');
});

test('each copy logs in by a Secret of its own, which says whose it is', () => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_IMPORT, BY_PLUGIN] });
  const owner = vmRef(vm);
  const secrets = vm.disks.map((disk) => loginSecret({ vm: owner, disk }, { user: 'ann', password: 'p' }));
  const imports = vm.disks.slice(0, 2).map((disk) =>
    dataVolume(vm, disk, {
      server: SERVER,
      features: { initImageUrl: true, certConfigMap: true, extraArgs: true, instanceUuid: true },
      certConfigMap: null,
    }),
  );
  const named = secrets.map(({ metadata }) => metadata?.name);
  expect(new Set(named).size).toBe(3);
  expect(imports.map(({ spec }) => spec.source?.vddk?.secretRef)).toEqual(named.slice(0, 2));
  for (const [index, disk] of vm.disks.entries()) {
    expect(secrets.filter((secret) => isOurs(secret, owner) && isOfDisk(secret, disk))).toEqual([
      secrets[index],
    ]);
  }
  expect(secrets[0]?.data).toEqual({ accessKeyId: 'YW5u', secretKey: 'cA==' });
});

test("the binder holds every volume of the VM and its conversion's, where the VM will run", () => {
  const vm = { ...frozenVm({ methods: [BY_IMPORT, BY_PLUGIN] }), nodeSelector: { zone: 'a' } };
  const [first] = vm.disks;
  if (first !== undefined) first.volumeMode = 'Filesystem';
  const { spec } = binderPod(vm, 'pause:1');
  expect(spec?.nodeSelector).toEqual({ zone: 'a' });
  expect(spec?.schedulingGates).toEqual([{ name: 'drover.dev/claims' }]);
  const disks = vm.disks.map(({ volumeName }) => volumeName);
  expect(claimsOf(spec)).toEqual([...disks, `${vm.baseName}-scratch`]);
  expect(spec?.containers[0]?.volumeMounts).toEqual([
    { name: 'disk-0', mountPath: '/mnt/disk0' },
    { name: 'scratch', mountPath: '/var/lib/drover' },
  ]);
  expect(spec?.containers[0]?.volumeDevices).toEqual([{ name: 'disk-1', devicePath: '/dev/drover/disk1' }]);
});

test("the binder tries the devices as a conversion's user would, with the conversion's image, and keeps running", () => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_PLUGIN] });
  const [first] = vm.disks;
  if (first !== undefined) first.volumeMode = 'Filesystem';
  const { spec } = binderPod(vm, 'pause:1');
  expect(spec?.initContainers).toEqual([
    expect.objectContaining({
      image: vm.conversion?.image,
      args: ['/dev/drover/disk1'],
      volumeDevices: [{ name: 'disk-1', devicePath: '/dev/drover/disk1' }],
      // No KVM: the container that stays holds the device.
      resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '10m', memory: '32Mi' } },
    }),
  ]);
  vm.disks.forEach((disk) => (disk.volumeMode = 'Filesystem'));
  expect(binderPod(vm, 'pause:1').spec?.initContainers).toBeUndefined();
});

test('without a conversion the binder holds the disks alone, and nobody can try them', () => {
  const vm = frozenVm({ convert: false });
  const { spec } = binderPod(vm, 'pause:1');
  expect(spec?.initContainers).toBeUndefined();
  expect(claimsOf(spec)).toEqual(vm.disks.map(({ volumeName }) => volumeName));
  expect(spec?.containers[0]?.volumeMounts).toEqual([]);
});

function claimsOf(spec: Pod['spec']): (string | undefined)[] {
  return (spec?.volumes ?? []).map((volume) => volume.persistentVolumeClaim?.claimName);
}

test("an import asks for the frozen size and modes literally, and for fields that the cluster's CDI knows", () => {
  const vm = frozenVm();
  const [disk] = vm.disks;
  if (disk === undefined) throw new Error('no disk');
  const modern = dataVolume(vm, disk, {
    server: SERVER,
    features: { initImageUrl: true, certConfigMap: true, extraArgs: true, instanceUuid: true },
    certConfigMap: 'vcenter-ca',
  });
  const old = dataVolume(vm, disk, {
    server: SERVER,
    features: { initImageUrl: false, certConfigMap: false, extraArgs: false, instanceUuid: false },
    certConfigMap: null,
  });
  expect(modern.spec.pvc?.resources?.requests).toEqual({ storage: String(disk.requestBytes) });
  expect(modern.metadata?.annotations?.['cdi.kubevirt.io/storage.usePopulator']).toBe('false');
  expect(modern.spec.source?.vddk).toMatchObject({
    initImageURL: vm.source.vddkImage,
    uuid: vm.vm.instanceUuid,
    certConfigMap: 'vcenter-ca',
  });
  expect(old.spec.source?.vddk).not.toHaveProperty('initImageURL');
  expect(old.spec.source?.vddk).not.toHaveProperty('certConfigMap');
  expect(old.spec.source?.vddk?.uuid).toBe(vm.vm.biosUuid);
});

test.each([
  ['names the ConfigMap with options of VDDK', true, AIO_BUFFERS, true],
  ['names none, where the Provider has no options', true, undefined, false],
  ['names none, where CDI does not know the field', false, AIO_BUFFERS, false],
])('an import %s', (_, extraArgs, vddkConfig, isNamed) => {
  const vm = frozenVm();
  vm.source = { ...vm.source, ...(vddkConfig !== undefined && { vddkConfig }) };
  const features = { initImageUrl: true, certConfigMap: true, extraArgs, instanceUuid: true };
  const { spec } = dataVolume(vm, vm.disks[0]!, { server: SERVER, features, certConfigMap: null });
  expect(spec.source?.vddk?.extraArgs).toBe(isNamed ? `${vm.baseName}-vddk` : undefined);
});
