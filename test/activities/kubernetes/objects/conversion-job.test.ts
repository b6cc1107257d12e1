import { conversionJob } from '../../../../activities/kubernetes/objects/conversion-job';
import { domainXml } from '../../../../activities/kubernetes/objects/domain-xml';
import { MOST_NICS } from '../../../../plan/field-limits';
import type { FrozenNic, FrozenVm } from '../../../../plan/frozen';
import { MOST_ADDRESSES, MOST_GATEWAYS, MOST_NAME_SERVERS } from '../../../../plan/guest-network';
import { BY_IMPORT, frozenVm } from '../../../support/frozen-vm';

const ANNOTATIONS_LIMIT = 256 * 1024;

function podTemplate(vm: FrozenVm) {
  if (vm.conversion === null) throw new Error('nothing to convert');
  const job = conversionJob(vm, vm.conversion, { attempt: 1, conversionId: 'v-1', resume: false });
  const template = job.spec?.template;
  if (template === undefined) throw new Error('no Pod template');
  return template;
}

/** The files of the volume that is mounted there, with their content. */
function filesAt(mountPath: string, { metadata, spec }: ReturnType<typeof podTemplate>) {
  const mount = spec?.containers[0]?.volumeMounts?.find((each) => each.mountPath === mountPath);
  const volume = spec?.volumes?.find(({ name }) => name === mount?.name);
  const files = (volume?.downwardAPI?.items ?? []).map(({ path, fieldRef }) => {
    const [, annotation = ''] = /^metadata\.annotations\['(.+)'\]$/.exec(fieldRef?.fieldPath ?? '') ?? [];
    return [path, metadata?.annotations?.[annotation]];
  });
  return Object.fromEntries(files) as Record<string, string | undefined>;
}

test('the conversion finds its input in its own Pod: the guest, and which disk each overlay lies on', () => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_IMPORT] });
  const files = filesAt('/etc/drover', podTemplate(vm));
  expect(files['domain.xml']).toBe(domainXml(vm));
  expect(JSON.parse(files['disks.json'] ?? '')).toMatchObject([
    { index: 0, overlay: '/var/lib/drover/disk0.qcow2' },
    { index: 1, overlay: '/var/lib/drover/disk1.qcow2' },
  ]);
});

test('the conversion is told of the partition with the system, where the plan names one', () => {
  const env = (vm: FrozenVm) =>
    podTemplate(vm).spec?.containers[0]?.env?.filter(({ name }) => name === 'DROVER_ROOT');
  const rootDisk = { index: 1, partition: '/dev/sdb2' };
  expect(env({ ...frozenVm(), rootDisk })).toEqual([{ name: 'DROVER_ROOT', value: '/dev/sdb2' }]);
  expect(env({ ...frozenVm(), rootDisk: { index: 1 } })).toEqual([]);
});

test('passphrases are mounted by the name of their Secret, and nothing else of the Job speaks of them', () => {
  const vm = frozenVm();
  if (vm.conversion === null) throw new Error('nothing to convert');
  const keys = { secret: { namespace: 'team-a', name: 'web-keys' }, clevis: true as const };
  const { metadata, spec } = podTemplate({ ...vm, conversion: { ...vm.conversion, keys } });
  const [container] = spec?.containers ?? [];
  expect(container?.volumeMounts).toContainEqual({
    name: 'keys',
    mountPath: '/etc/drover-keys',
    readOnly: true,
  });
  expect(spec?.volumes).toContainEqual({
    name: 'keys',
    secret: { secretName: `${vm.baseName}-keys-1`, defaultMode: 0o440 },
  });
  expect(container?.env).toContainEqual({ name: 'DROVER_CLEVIS', value: '1' });
  expect(metadata?.annotations?.['drover.dev/guest-keys']).toBe('team-a/web-keys');

  const without = podTemplate(vm);
  expect(without.spec?.volumes?.map(({ name }) => name)).not.toContain('keys');
  expect(without.metadata?.annotations).not.toHaveProperty(['drover.dev/guest-keys']);
});

test('scripts for the guest are mounted from a ConfigMap of this attempt', () => {
  const vm = frozenVm();
  if (vm.conversion === null) throw new Error('nothing to convert');
  const scripts = { namespace: 'team-a', name: 'web-scripts' };
  const { spec } = podTemplate({ ...vm, conversion: { ...vm.conversion, scripts } });
  expect(spec?.containers[0]?.volumeMounts).toContainEqual({
    name: 'scripts',
    mountPath: '/etc/drover-scripts',
    readOnly: true,
  });
  expect(spec?.volumes).toContainEqual({
    name: 'scripts',
    configMap: { name: `${vm.baseName}-scripts-1` },
  });
  expect(podTemplate(vm).spec?.volumes?.map(({ name }) => name)).not.toContain('scripts');
});

test('the network that the guest is to keep is in the input, if the plan wants it kept', () => {
  const vm: FrozenVm = { ...frozenVm(), nics: fullCards() };
  expect(filesAt('/etc/drover', podTemplate(vm))).not.toHaveProperty('network.json');
  const files = filesAt('/etc/drover', podTemplate({ ...vm, keepNetwork: true }));
  expect(JSON.parse(files['network.json'] ?? '')).toMatchObject({
    system: 'other',
    cards: Array(MOST_NICS).fill({ mac: '00:50:56:00:00:01', pciSlot: 65_535 }) as unknown[],
  });
  expect(Buffer.byteLength(files['network.json'] ?? '')).toBeLessThan(20 * 1024);
});

/** As many cards as there may be, with as many and as long addresses as Tools may report. */
function fullCards(): FrozenNic[] {
  const address = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff';
  return Array.from({ length: MOST_NICS }, (_, key) => ({
    key,
    macAddress: '00:50:56:00:00:01',
    connected: true,
    sourceNetwork: 'backend',
    network: { kind: 'multus' as const, namespace: 'migrated', name: 'backend' },
    pciSlot: 65_535,
    guest: {
      addresses: Array.from({ length: MOST_ADDRESSES }, () => ({
        address,
        prefix: 128,
        by: 'static' as const,
      })),
      gateways: Array(MOST_GATEWAYS).fill(address) as string[],
      nameServers: Array(MOST_NAME_SERVERS).fill(address) as string[],
    },
  }));
}

test('the input of a VM with 60 disks is far below what annotations may hold', () => {
  const { metadata } = podTemplate(frozenVm({ methods: Array(60).fill(BY_IMPORT) }));
  const size = Buffer.byteLength(JSON.stringify(metadata?.annotations));
  expect(size).toBeLessThan(ANNOTATIONS_LIMIT / 4);
});
