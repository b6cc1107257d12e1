/** VMs with cards on every kind of network, some of which the plan leaves at the source, and with an order of their own to boot. */
import { VIRTUAL_MACHINES } from '../../activities/kubernetes/kinds';
import { DEMO_INVENTORY } from '../../lab/demo-inventory';
import type { NicSpec } from '../../lab/vcenter-spec';
import { plan, TARGET_NAMESPACE, vm } from './site';
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
  const networks = [
    ...DEMO_INVENTORY.networks,
    { name: 'segment', opaque: true },
    { name: 'torn down', gone: true },
    { name: 'torn group', distributed: true, gone: true },
  ];
  stage = await Stage.open(vms, { networks });
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
}, 120_000);

test('a guest that is not converted boots from what the source boots from, in that order', async () => {
  const { wave } = await stage.start(plan(stage.whole.lab.state, ['second'], { skipConversion: true }));

  await stage.succeeded(wave);

  expect(await bootOrderOf('second')).toEqual([
    ['disk-0', 3],
    ['disk-1', 2],
    ['nic-0', undefined],
    ['nic-1', 1],
  ]);
}, 120_000);
