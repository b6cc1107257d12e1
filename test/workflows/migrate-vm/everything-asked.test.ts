/** What a plan may ask for reaches the workflow in its input, and schemas read it there that all workflows of a process share. */
import type { FrozenVm } from '../../../plan/frozen';
import { BY_PLUGIN, frozenVm } from '../../support/frozen-vm';
import { WorkflowLab } from '../../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

const RESOURCES = { requests: { cpu: '1' }, limits: { memory: '1Gi' } };
const AFFINITY = {
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { labelSelector: { matchLabels: { app: 'db' } }, topologyKey: 'kubernetes.io/hostname' },
    ],
  },
};
const CARD: FrozenVm['nics'][number] = {
  key: 4_000,
  macAddress: '00:50:56:30:00:01',
  connected: true,
  sourceNetwork: 'VM Network',
  network: { kind: 'pod' },
  guest: {
    addresses: [{ address: '192.0.2.7', prefix: 24, by: 'static' }],
    gateways: ['192.0.2.1'],
    nameServers: ['192.0.2.53', '2001:db8::53'],
  },
};

const ASKED: Record<string, (vm: FrozenVm) => Partial<FrozenVm>> = {
  affinity: () => ({ affinity: AFFINITY }),
  'affinity of conversions': () => ({ convertor: { affinity: AFFINITY } }),
  'resources of Pods': () => ({ podResources: { conversion: RESOURCES } }),
  'a preference': () => ({ preference: 'rhel.9' }),
  'an instance type': () => ({
    instanceType: { kind: 'VirtualMachineInstancetype', name: 'little', cpus: 1, memoryBytes: 2 ** 29 },
  }),
  'a network for copies': ({ disks }) => ({
    disks: disks.map((disk) => ({
      ...disk,
      transferNetwork: { namespace: 'apps', name: 'fast', route: '192.0.2.1' },
    })),
  }),
  'a ServiceAccount': ({ disks }) => ({
    serviceAccount: 'movers',
    disks: disks.map((disk) => ({ ...disk, serviceAccount: 'movers' })),
  }),
  "its guest's addresses": () => ({
    nics: [CARD],
    keepNetwork: true,
  }),
};

test.each(Object.entries(ASKED))('a VM with %s is migrated', async (_, asked) => {
  const plain = frozenVm({ methods: [BY_PLUGIN] });
  const vm = { ...plain, ...asked(plain) };
  lab.world(vm);
  const handle = await lab.migrate(vm);
  expect(await handle.result()).toMatchObject({ outcome: 'succeeded' });
});
