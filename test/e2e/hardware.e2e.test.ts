/** VMs with cards on every kind of network, an order of their own to boot, a raw device mapping, and datastores with odd names. */
import { VIRTUAL_MACHINE_INSTANCES, VIRTUAL_MACHINES } from '../../activities/kubernetes/api/kinds';
import { AGENT_PORT, guestAddress } from '../../lab/standins/kubevirt/loopback-addresses';
import type { NicSpec } from '../../lab/vcenter-spec';
import { AgentChannel } from '../lab/standins/agent-channel';
import { eventually } from '../support/eventually';
import { plan, planFile, ROUTES, TARGET_NAMESPACE, vm } from './site';
import { LAB_TIMEOUT_MS, Stage } from './stage';

const on = (network: string): NicSpec => ({ network, mac: '' });

let stage: Stage;

beforeAll(async () => {
  const vms = [
    vm('half', ['block'], { nics: [on('VM Network'), on('backend')] }),
    vm('none', ['block'], { nics: [on('backend'), on('torn down')] }),
    vm('odd', ['block'], { nics: ['VM Network', 'segment', 'torn down', 'torn group'].map(on) }),
  ];
  vms.push({
    ...vm('second', ['block', 'files'], {
      nics: [on('VM Network'), on('backend')],
      powerState: 'poweredOff',
    }),
    boot: [
      { kind: 'nic', index: 1 },
      { kind: 'disk', index: 1 },
      { kind: 'disk', index: 0 },
    ],
  });
  vms.push(vm('kept', ['block'], { nics: [{ ...on('backend'), guest: { addresses: ['192.0.2.10/24'] } }] }));
  const networks = [
    { name: 'segment', opaque: true },
    { name: 'torn down', gone: true },
    { name: 'torn group', distributed: true, gone: true },
  ];
  vms.push({
    ...vm('mapped', []),
    disks: [
      { datastore: ROUTES.block, sizeMiB: 16, bus: 'scsi' },
      { datastore: ROUTES.array, sizeMiB: 16, bus: 'scsi', rdm: 'physicalMode' },
    ],
  });
  vms.push({
    ...vm('slashed', [], { powerState: 'poweredOff' }),
    disks: ['ssd%2f1', 'san%2f100%25'].map((datastore) => ({ datastore, sizeMiB: 8, bus: 'scsi' })),
  });
  stage = await Stage.open(vms, { networks, datastores: ['ssd%2f1', 'san%2f100%25'] });
}, LAB_TIMEOUT_MS);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

async function networksOf(name: string): Promise<unknown> {
  const machine = await stage.admin.get(VIRTUAL_MACHINES, { name, namespace: TARGET_NAMESPACE });
  return machine.spec.template.spec?.networks;
}

async function bootOrderOf(name: string): Promise<unknown> {
  const machine = await stage.admin.get(VIRTUAL_MACHINES, { name, namespace: TARGET_NAMESPACE });
  const { disks = [], interfaces = [] } = machine.spec.template.spec?.domain.devices ?? {};
  return [...disks, ...interfaces].map(({ name: device, bootOrder }) => [device, bootOrder]);
}

test('before anything moves, a MAC address that the target has is told, and networks that are gone are listed', async () => {
  const { drover } = stage.whole;
  const manifests = plan(stage.whole.lab.state, ['second'], { skipConversion: true });
  const { problems, vms } = await drover.checkPlan(manifests);
  expect(problems).toEqual([]);
  const [{ macAddress } = { macAddress: '' }] = vms[0]!.nics;
  const { apiVersion, kind } = VIRTUAL_MACHINES;
  const name = 'stranger';
  const interfaces = [{ name: 'nic-0', masquerade: {}, macAddress: macAddress.toUpperCase() }];
  await stage.admin.create(VIRTUAL_MACHINES, {
    apiVersion,
    kind,
    metadata: { name, namespace: TARGET_NAMESPACE },
    spec: {
      runStrategy: 'Halted',
      template: {
        spec: { domain: { devices: { interfaces } }, networks: [{ name: 'nic-0', pod: {} }] },
      },
    },
  });

  const beside = await drover.checkPlan(manifests);

  expect(beside.problems.map(({ severity, found }) => [severity, found])).toEqual([
    ['warning', expect.stringContaining(`${macAddress} of VirtualMachine ${TARGET_NAMESPACE}/${name}`)],
  ]);
  await stage.admin.delete(VIRTUAL_MACHINES, { name, namespace: TARGET_NAMESPACE });

  const listed = await stage.whole.run(
    'inventory',
    'networks',
    '-f',
    planFile(stage.whole.lab.state, manifests),
  );
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  expect(listed.stdout).toMatch(/^torn down +torn down +unlisted +"[^"]+" of VM "none" and 1 more *$/m);
});

test('VMs are migrated with the cards that the map sends somewhere, and without those that it ignores', async () => {
  const networks = [
    { source: { name: 'VM Network' }, destination: { type: 'pod' } },
    { source: { name: 'backend' }, destination: { type: 'ignored' } },
    { source: { name: 'segment' }, destination: { type: 'multus', name: 'backend' } },
    { source: { name: 'torn down' }, destination: { type: 'ignored' } },
    { source: { id: 'dvportgroup-torn group' }, destination: { type: 'ignored' } },
  ];
  const names = ['half', 'none', 'odd'];
  const { wave } = await stage.start(plan(stage.whole.lab.state, names, { name: 'cards', networks }));

  await stage.succeeded(wave);

  expect(await networksOf('half')).toEqual([{ name: 'nic-0', pod: {} }]);
  expect(await networksOf('none')).toEqual([]);
  expect(await networksOf('odd')).toEqual([
    { name: 'nic-0', pod: {} },
    { name: 'nic-1', multus: { networkName: `${TARGET_NAMESPACE}/backend` } },
  ]);
});

test('a raw device mapping is copied by its plugin, and its guest has it as a LUN', async () => {
  const { lab } = stage.whole;
  const options = { skipConversion: true, offload: { supports: ['rdm'] } };
  const reserved = plan(lab.state, ['mapped'], {
    ...options,
    spec: { rdmAsLun: true, scsiReservation: true },
  });
  const refused = await stage.whole.run('plan', 'check', '-f', planFile(lab.state, reserved));
  expect(refused.code).toBe(2);
  expect(refused.stdout + refused.stderr).toContain('no devices.kubevirt.io/pr-helper');

  const manifests = plan(lab.state, ['mapped'], { ...options, spec: { rdmAsLun: true } });
  const checked = await stage.whole.run('plan', 'check', '-f', planFile(lab.state, manifests));
  expect(checked.code).toBe(0);
  expect(checked.stdout + checked.stderr).toContain(
    'becomes a LUN of the target (lun on bus scsi, without SCSI reservations)',
  );

  const { wave, vm: named } = await stage.start(manifests);

  await stage.succeeded(wave);

  const machine = await stage.admin.get(VIRTUAL_MACHINES, { name: 'mapped', namespace: TARGET_NAMESPACE });
  expect(machine.spec.template.spec?.domain.devices.disks).toEqual([
    expect.objectContaining({ name: 'disk-0', disk: { bus: 'sata' } }),
    { name: 'disk-1', lun: { bus: 'scsi' }, errorPolicy: 'report' },
  ]);
  const result = await stage.result(named('mapped'));
  expect(result.disks.map(({ method }) => method)).toEqual(['import', 'plugin']);
  const bytes = 16 * 1024 * 1024;
  expect(await stage.verdicts(result)).toEqual([
    { equal: true, bytes },
    { equal: true, bytes },
  ]);
});

test('a guest that is not converted boots from what the source boots from, in that order', async () => {
  const { wave } = await stage.start(plan(stage.whole.lab.state, ['second'], { skipConversion: true }));

  await stage.succeeded(wave);

  expect(await bootOrderOf('second')).toEqual([
    ['disk-0', 3],
    ['disk-1', 2],
    ['nic-0', undefined],
    ['nic-1', 1],
  ]);
});

test('a target has succeeded once its guest has the address that VMware Tools reported of the source', async () => {
  const name = 'kept';
  const verify = { by: 'network', timeout: '1h' };
  const manifests = plan(stage.whole.lab.state, [name], { skipConversion: true, drover: { verify } });
  const agent = new AgentChannel();
  try {
    const { wave, vm: named } = await stage.start(manifests);
    const instance = await eventually(() =>
      stage.admin.find(VIRTUAL_MACHINE_INSTANCES, { name, namespace: TARGET_NAMESPACE }),
    );
    const [{ macAddress = '' } = {}] = instance.spec.domain.devices.interfaces ?? [];
    const address = { 'ip-address': '192.0.2.10', 'ip-address-type': 'ipv4', prefix: 24 } as const;
    agent.interfaces = [{ name: 'ens1', 'hardware-address': macAddress, 'ip-addresses': [address] }];
    await agent.listen(AGENT_PORT, guestAddress(instance.metadata?.uid ?? ''));

    await stage.succeeded(wave);

    expect((await stage.result(named(name))).proof).toEqual({
      by: 'network',
      evidence: `the guest agent reports 192.0.2.10 of card ${macAddress}`,
    });
  } finally {
    agent.close();
  }
});

test('disks on datastores whose names vCenter escapes are mapped by these names, imported and copied by a plugin', async () => {
  const stores = { 'ssd/1': 'block', 'san/100%': 'array' } as const;
  const { wave, vm: named } = await stage.start(
    plan(stage.whole.lab.state, ['slashed'], { stores, skipConversion: true }),
  );

  await stage.succeeded(wave);

  const result = await stage.result(named('slashed'));
  expect(result.disks.map(({ method }) => method)).toEqual(['import', 'plugin']);
  expect(await stage.verdicts(result)).toEqual(Array(2).fill({ equal: true, bytes: 8 << 20 }));
});
