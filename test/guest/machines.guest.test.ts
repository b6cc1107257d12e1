import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { V1PersistentVolumeClaim, V1Pod } from '@kubernetes/client-node';
import { guestAddress } from '../../lab/standins/kubevirt/loopback-addresses';
import { CLAIMS, INSTANCES, MACHINES, PODS, type VirtualMachineInstance } from '../../lab/standins/resources';
import { holder, NAMESPACE, startTestLab, type TestLab } from '../lab/standins/test-lab';
import { type GuestMode, installTinyGuest } from '../lab/standins/tiny-guest';
import { eventually } from '../support/eventually';

let lab: TestLab;

beforeAll(async () => {
  lab = await startTestLab();
});

afterAll(() => lab.stop());

const at = (name: string) => ({ name, namespace: NAMESPACE });

/** A claim whose volume holds the guest. */
async function createGuestDisk(name: string, mode: GuestMode): Promise<void> {
  const claim: V1PersistentVolumeClaim = {
    metadata: at(name),
    spec: {
      storageClassName: 'fast-block',
      volumeMode: 'Block',
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '8Mi' } },
    },
  };
  await lab.cluster.create(CLAIMS, claim);
  await lab.cluster.create(PODS, holder(`${name}-holder`, name, true));
  const volume = await eventually(async () => {
    const pod = await lab.cluster.get(PODS, at(`${name}-holder`));
    const { spec } = await lab.cluster.get(CLAIMS, at(name));
    return (pod.status?.phase === 'Running' && spec?.volumeName) || null;
  });
  await lab.cluster.delete(PODS, at(`${name}-holder`));
  installTinyGuest(join(lab.volumesDir, volume, 'block'), mode);
}

interface Wish {
  runStrategy?: string;
  bus?: string;
  graceSeconds?: number;
  logSerialConsole?: boolean;
}

async function createMachine(name: string, mode: GuestMode, wish: Wish = {}): Promise<void> {
  const { runStrategy = 'Always', bus = 'virtio', graceSeconds = 60, logSerialConsole = true } = wish;
  await createGuestDisk(name, mode);
  const spec = {
    terminationGracePeriodSeconds: graceSeconds,
    domain: {
      memory: { guest: '64Mi' },
      devices: {
        logSerialConsole,
        disks: [{ name: 'root', disk: { bus }, bootOrder: 1 }],
        interfaces: [{ name: 'default', masquerade: {}, macAddress: '00:50:56:10:00:01' }],
      },
    },
    networks: [{ name: 'default', pod: {} }],
    volumes: [{ name: 'root', persistentVolumeClaim: { claimName: name } }],
  };
  await lab.cluster.create(MACHINES, { metadata: at(name), spec: { runStrategy, template: { spec } } });
}

async function launcherOf(machine: string): Promise<V1Pod | null> {
  const path = `${PODS.api}/namespaces/${NAMESPACE}/pods?labelSelector=kubevirt.io%3Dvirt-launcher`;
  const { items } = await lab.cluster.call<{ items: V1Pod[] }>('GET', path);
  return items.find(({ metadata }) => metadata?.annotations?.['kubevirt.io/domain'] === machine) ?? null;
}

async function consoleOf(machine: string, query = ''): Promise<string> {
  const pod = await launcherOf(machine);
  const path = `${PODS.api}/namespaces/${NAMESPACE}/pods/${pod?.metadata?.name}/log`;
  return lab.cluster.text({ method: 'GET', path: `${path}?container=guest-console-log${query}` });
}

function untilConsoleSays(machine: string, words: string): Promise<string> {
  return eventually(async () => {
    const text = await consoleOf(machine).catch(() => '');
    return text.includes(words) && text;
  });
}

function untilInstanceIs(machine: string, phase: string): Promise<VirtualMachineInstance> {
  return eventually(async () => {
    const instance = await lab.cluster.find(INSTANCES, at(machine));
    return instance?.status?.phase === phase && instance;
  });
}

function setRunStrategy(name: string, runStrategy: string): Promise<unknown> {
  return lab.cluster.patch(MACHINES, at(name), { spec: { runStrategy } });
}

function untilStopped(name: string): Promise<unknown> {
  return eventually(async () => {
    const machine = await lab.cluster.get(MACHINES, at(name));
    return machine.status?.printableStatus === 'Stopped' && machine;
  });
}

test('the console of a guest that runs is the log of its own container, as far as its lines are whole', async () => {
  await createMachine('talks', 'obeys');
  const text = await untilConsoleSays('talks', 'guest up');
  expect(text).toBe('Starting\r\nguest up\r\n');
  expect(await consoleOf('talks', '&tailLines=1')).toBe('guest up\r\n');
  expect(await consoleOf('talks', '&limitBytes=8')).toBe('Starting');
  const { status } = await untilInstanceIs('talks', 'Running');
  expect(status?.interfaces).toEqual([
    {
      infoSource: 'domain',
      ipAddress: expect.stringMatching(/^127\./) as string,
      ipAddresses: [expect.stringMatching(/^127\./)],
      mac: '00:50:56:10:00:01',
      name: 'default',
    },
  ]);
});

test.each(['virtio', 'sata', 'scsi'])('a guest boots from %s', async (bus) => {
  await createMachine(`by-${bus}`, 'obeys', { bus });
  await untilConsoleSays(`by-${bus}`, 'guest up');
});

test('a guest that powers itself off has succeeded, and its launcher with it', async () => {
  await createMachine('leaves', 'ends', { runStrategy: 'Once' });
  await untilInstanceIs('leaves', 'Succeeded');
  const pod = await eventually(async () => {
    const found = await launcherOf('leaves');
    return found?.status?.phase === 'Succeeded' && found;
  });
  expect(pod.status?.containerStatuses?.map(({ name }) => name)).toEqual(['compute', 'guest-console-log']);
  expect(await consoleOf('leaves')).toContain('guest up');
});

test('a machine that is to run always is started again when its guest powers itself off', async () => {
  await createMachine('returns', 'ends');
  const first = await untilInstanceIs('returns', 'Succeeded');
  await eventually(async () => {
    const instance = await lab.cluster.find(INSTANCES, at('returns'));
    return instance !== null && instance.metadata?.uid !== first.metadata?.uid;
  });
  await setRunStrategy('returns', 'Halted');
  await untilStopped('returns');
});

test('a guest is stopped by its power button, and starts again', async () => {
  await createMachine('obeys', 'obeys');
  await untilConsoleSays('obeys', 'guest up');
  const stoppedAt = Date.now();
  await setRunStrategy('obeys', 'Halted');
  await untilStopped('obeys');
  expect(Date.now() - stoppedAt).toBeLessThan(30_000);
  await setRunStrategy('obeys', 'Always');
  await untilConsoleSays('obeys', 'guest up');
});

test('the plug is pulled on a guest that does not hear its power button', async () => {
  await createMachine('deaf', 'deaf', { graceSeconds: 2 });
  await untilConsoleSays('deaf', 'guest up');
  await setRunStrategy('deaf', 'Halted');
  await untilStopped('deaf');
});

test('a machine whose emulator dies has failed, and says so', async () => {
  await createMachine('crashes', 'deaf', { runStrategy: 'Once' });
  await untilConsoleSays('crashes', 'guest up');
  const uid = (await untilInstanceIs('crashes', 'Running')).metadata?.uid ?? '';
  const processes = execFileSync('ps', ['ax', '-o', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  const emulator = processes.find(
    (line) => /^\s*\d+ qemu-system/.test(line) && line.includes(guestAddress(uid)),
  );
  process.kill(Number.parseInt(emulator ?? '', 10), 'SIGKILL');
  const failed = await untilInstanceIs('crashes', 'Failed');
  expect(failed.status?.conditions?.find(({ type }) => type === 'Synchronized')?.message).toContain(
    'qemu ended with code 137',
  );
});
