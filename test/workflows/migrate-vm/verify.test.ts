import { abortUpdate, retryUpdate } from '../../../workflows/temporal-api';
import { PROOF } from '../../support/fake-activities';
import { frozenVm } from '../../support/frozen-vm';
import { OPERATOR, WorkflowLab } from '../../support/workflow-lab';

const BY_CONSOLE = { by: 'console', pattern: 'login:', timeoutSeconds: 60 } as const;

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

test('a VM succeeds only once its guest has proved itself up, and the proof is kept', async () => {
  const vm = frozenVm({ policy: { verify: BY_CONSOLE } });
  const world = lab.world(vm);

  const result = await (await lab.migrate(vm)).result();

  expect(result).toMatchObject({ outcome: 'succeeded', proof: PROOF });
  expect(result.timings.map(({ phase }) => phase)).toContain('verify');
  expect(world.breaches).toEqual([]);
});

test('a guest that does not come up parks with the source untouched; an abort gives the source back', async () => {
  const vm = frozenVm({ policy: { verify: BY_CONSOLE } });
  const world = lab.world(vm);
  world.script.fail('awaitGuestUp', 'GuestNotUp', { times: 1 });
  const handle = await lab.migrate(vm);

  const parked = await lab.parked(vm);
  expect(parked.attention).toMatchObject({ phase: 'verify', failure: { kind: 'GuestNotUp' } });
  expect(world.source).toMatchObject({ on: false, boots: 1 });
  await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });

  expect((await handle.result()).outcome).toBe('aborted');
  expect(world.machine).toBeNull();
  expect(world.source.on).toBe(true);
  expect(world.breaches).toEqual([]);
});

test('a retry looks at the guest again, and touches nothing else', async () => {
  const vm = frozenVm({ policy: { verify: BY_CONSOLE } });
  const world = lab.world(vm);
  world.script.fail('awaitGuestUp', 'GuestNotUp', { times: 1 });
  const handle = await lab.migrate(vm);

  await lab.parked(vm);
  const before = [...world.log];
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });

  expect((await handle.result()).proof).toEqual(PROOF);
  expect(world.log).toEqual([...before, 'tidied']);
});

test('a proof by the network asks for the addresses that the source had when the plan was frozen', async () => {
  const guest = { addresses: [{ address: '192.0.2.10', prefix: 24 }], gateways: [], nameServers: [] };
  const card = {
    key: 4000,
    macAddress: '00:50:56:00:00:01',
    connected: true,
    sourceNetwork: 'backend',
    network: { kind: 'multus' as const, namespace: 'migrated', name: 'backend' },
    guest,
  };
  const verify = { by: 'network', timeoutSeconds: 60 } as const;
  const vm = { ...frozenVm({ policy: { verify } }), nics: [card] };
  const world = lab.world(vm);

  await (await lab.migrate(vm)).result();

  expect(world.proofsAsked).toEqual([
    { ...verify, cards: [{ macAddress: card.macAddress, addresses: ['192.0.2.10'] }] },
  ]);
});

test('a target that stays off has nothing to prove', async () => {
  const vm = frozenVm({ poweredOn: false, policy: { verify: BY_CONSOLE } });
  lab.world(vm);

  expect(await (await lab.migrate(vm)).result()).toMatchObject({ outcome: 'succeeded', proof: null });
});
