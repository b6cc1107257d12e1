import type { V1PersistentVolumeClaim, V1Pod } from '@kubernetes/client-node';
import type { KubeObject } from '../../../lab/standins/cluster';
import {
  CLAIMS,
  CLUSTER_INSTANCE_TYPES,
  INSTANCE_TYPES,
  INSTANCES,
  MACHINES,
  NETWORK_ATTACHMENTS,
  PODS,
  type VirtualMachine,
} from '../../../lab/standins/resources';
import { BRIDGE_PORT, bridgeAddress } from '../../../lab/standins/kubevirt/loopback-addresses';
import { NAMESPACE, startTestLab, type TestLab } from './test-lab';
import { eventually } from '../../support/eventually';

let lab: TestLab;

beforeAll(async () => {
  lab = await startTestLab();
});

afterAll(() => lab.stop());

const at = (name: string) => ({ name, namespace: NAMESPACE });

async function createClaim(name: string, storageClassName: string, volumeMode: string): Promise<void> {
  const resources = { requests: { storage: '8Mi' } };
  const claim: V1PersistentVolumeClaim = {
    metadata: at(name),
    spec: { storageClassName, volumeMode, accessModes: ['ReadWriteOnce'], resources },
  };
  await lab.cluster.create(CLAIMS, claim);
}

interface Wish {
  instancetype?: { kind: string; name: string };
  runStrategy?: string;
  nodeSelector?: Record<string, string>;
}

/** A machine with these claims as its disks. */
async function createMachine(name: string, claims: string[], wish: Wish = {}): Promise<void> {
  const { runStrategy = 'Always', nodeSelector, instancetype } = wish;
  const disks = claims.map((_, index) => ({ name: `disk-${index}`, disk: { bus: 'virtio' } }));
  const volumes = claims.map((claimName, index) => ({
    name: `disk-${index}`,
    persistentVolumeClaim: { claimName },
  }));
  const memory = instancetype === undefined ? { memory: { guest: '64Mi' } } : {};
  const spec = { nodeSelector, domain: { ...memory, devices: { disks } }, volumes };
  const machine = { runStrategy, instancetype, template: { spec } };
  await lab.cluster.create(MACHINES, { metadata: at(name), spec: machine });
}

function isShownAs(name: string, status: string): Promise<VirtualMachine> {
  return eventually(async () => {
    const machine = await lab.cluster.get(MACHINES, at(name));
    return machine.status?.printableStatus === status && machine;
  });
}

async function launchers(machine: string): Promise<V1Pod[]> {
  const path = `${PODS.api}/namespaces/${NAMESPACE}/pods?labelSelector=kubevirt.io%3Dvirt-launcher`;
  const { items } = await lab.cluster.call<{ items: V1Pod[] }>('GET', path);
  return items.filter(({ metadata }) => metadata?.annotations?.['kubevirt.io/domain'] === machine);
}

function setRunStrategy(name: string, runStrategy: string): Promise<VirtualMachine> {
  return lab.cluster.patch(MACHINES, at(name), { spec: { runStrategy } });
}

test.each([
  ['VirtualMachineInstancetype', 'of-namespace', INSTANCE_TYPES],
  ['VirtualMachineClusterInstancetype', 'of-cluster', CLUSTER_INSTANCE_TYPES],
])('a machine with a %s has the CPUs and memory of it', async (kind, name, of) => {
  const metadata = of.namespaced ? at(name) : { name };
  await lab.cluster.create(of, { metadata, spec: { cpu: { guest: 3 }, memory: { guest: '96Mi' } } });
  await createMachine(name, [], { instancetype: { kind, name } });
  await isShownAs(name, 'Running');
  const { spec } = await lab.cluster.get(INSTANCES, at(name));
  expect(spec.domain).toMatchObject({ cpu: { sockets: 3, cores: 1 }, memory: { guest: '96Mi' } });
});

test('a machine with an instance type may not say its memory itself', async () => {
  const instancetype = { kind: 'VirtualMachineInstancetype', name: 'of-namespace' };
  const spec = { domain: { memory: { guest: '64Mi' }, devices: {} } };
  const machine = { runStrategy: 'Halted', instancetype, template: { spec } };
  await expect(lab.cluster.create(MACHINES, { metadata: at('torn'), spec: machine })).rejects.toThrow(
    'conflict with the selected instance type',
  );
});

test('a machine with block and file disks runs, stops when it is halted, and runs again', async () => {
  await createClaim('web-0', 'fast-block', 'Block');
  await createClaim('web-1', 'fast-files', 'Filesystem');
  await createMachine('web', ['web-0', 'web-1'], { runStrategy: 'Halted' });
  const stopped = await isShownAs('web', 'Stopped');
  expect(stopped.status?.ready).toBe(false);
  expect(await launchers('web')).toEqual([]);
  await setRunStrategy('web', 'Always');
  const running = await isShownAs('web', 'Running');
  expect(running.status).toMatchObject({ created: true, ready: true });
  expect((await launchers('web')).map(({ status }) => status?.phase)).toEqual(['Running']);
  await setRunStrategy('web', 'Halted');
  await isShownAs('web', 'Stopped');
  expect(await lab.cluster.find(INSTANCES, at('web'))).toBeNull();
  expect(await launchers('web')).toEqual([]);
});

test('a machine that is deleted is there until nothing of it runs', async () => {
  await createMachine('gone', []);
  await isShownAs('gone', 'Running');
  await lab.cluster.delete(MACHINES, at('gone'));
  await eventually(async () => (await lab.cluster.find(MACHINES, at('gone'))) === null);
  expect(await lab.cluster.find(INSTANCES, at('gone'))).toBeNull();
  expect(await launchers('gone')).toEqual([]);
});

test('a machine whose claim is missing says so, and starts when the claim is there', async () => {
  await createMachine('waiting', ['late']);
  await isShownAs('waiting', 'ErrorPvcNotFound');
  expect(await launchers('waiting')).toEqual([]);
  await createClaim('late', 'fast-files', 'Filesystem');
  await isShownAs('waiting', 'Running');
});

test('a machine that fits on no node says so', async () => {
  await createMachine('homeless', [], { nodeSelector: { 'topology.kubernetes.io/zone': 'nowhere' } });
  await isShownAs('homeless', 'ErrorUnschedulable');
  expect((await lab.cluster.get(INSTANCES, at('homeless'))).status?.phase).toBe('Scheduling');
});

test('a machine on a network that does not exist is not launched, and then on its bridge', async () => {
  const spec = {
    domain: { memory: { guest: '64Mi' }, devices: { interfaces: [{ name: 'net', bridge: {} }] } },
    networks: [{ name: 'net', multus: { networkName: 'vlan10' } }],
  };
  await lab.cluster.create(MACHINES, {
    metadata: at('offline'),
    spec: { runStrategy: 'Always', template: { spec } },
  });
  const refused = await eventually(async () => {
    const instance = await lab.cluster.find(INSTANCES, at('offline'));
    return instance?.status?.conditions?.find(({ reason }) => reason === 'FailedCreate') ?? null;
  });
  expect(refused.message).toContain(`network attachment definition ${NAMESPACE}/vlan10`);
  expect(await launchers('offline')).toEqual([]);
  const config = '{"cniVersion": "0.3.1", "type": "bridge"}';
  const definition = { metadata: at('vlan10'), spec: { config } } as KubeObject;
  const { metadata } = await lab.cluster.create(NETWORK_ATTACHMENTS, definition);
  await isShownAs('offline', 'Running');
  const [launcher] = await launchers('offline');
  const bridge = `addr.host=${bridgeAddress(metadata?.uid ?? '')},addr.port=${BRIDGE_PORT}`;
  expect(launcher?.spec?.containers[0]?.args).toContainEqual(expect.stringContaining(bridge));
});

test('a machine whose launcher dies gets another one', async () => {
  await createMachine('phoenix', []);
  await isShownAs('phoenix', 'Running');
  const first = (await launchers('phoenix'))[0]?.metadata;
  await lab.cluster.delete(PODS, at(first?.name ?? ''));
  const second = await eventually(async () => {
    const pods = await launchers('phoenix');
    return (
      pods.find(({ metadata, status }) => metadata?.uid !== first?.uid && status?.phase === 'Running') ?? null
    );
  });
  expect(second.metadata?.uid).toBeDefined();
  await isShownAs('phoenix', 'Running');
});
