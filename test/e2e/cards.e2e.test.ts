/** VMs with cards on every kind of network, some of which the plan leaves at the source. */
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
    vm('none', ['block'], { nics: [on('backend')] }),
  ];
  stage = await Stage.open(vms, { networks: DEMO_INVENTORY.networks });
}, LAB_TIMEOUT_MS);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

async function networksOf(name: string): Promise<unknown> {
  const machine = await stage.admin.get(VIRTUAL_MACHINES, { name, namespace: TARGET_NAMESPACE });
  return machine.spec.template.spec?.networks;
}

test('VMs whose cards the map ignores, some or all, are migrated without these', async () => {
  const networks = [
    { source: { name: 'VM Network' }, destination: { type: 'pod' } },
    { source: { name: 'backend' }, destination: { type: 'ignored' } },
  ];
  const { wave } = await stage.start(
    plan(stage.whole.lab.state, ['half', 'none'], { name: 'cards', networks }),
  );

  await stage.succeeded(wave);

  expect(await networksOf('half')).toEqual([{ name: 'nic-0', pod: {} }]);
  expect(await networksOf('none')).toEqual([]);
}, 120_000);
