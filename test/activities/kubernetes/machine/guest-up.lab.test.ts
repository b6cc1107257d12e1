import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { AskedProof } from '../../../../activities/interfaces';
import { ApiClient } from '../../../../activities/kubernetes/api/api-client';
import {
  PODS,
  VIRTUAL_MACHINE_INSTANCES,
  VIRTUAL_MACHINES,
  type VirtualMachineInstance,
} from '../../../../activities/kubernetes/api/kinds';
import { AGENT_PORT, guestAddress } from '../../../../lab/standins/kubevirt/loopback-addresses';
import type { FrozenVm } from '../../../../plan/frozen';
import { vmRef } from '../../../../plan/vm-ref';
import { AgentChannel } from '../../../lab/standins/agent-channel';
import { eventually } from '../../../support/eventually';
import { frozenVm } from '../../../support/frozen-vm';
import { dropNamespace, freshNamespace, useCluster } from '../../../support/lab';
import { makeInstance, makeLauncher, untilRunning } from '../launcher';
import { openTarget, type Target } from '../target';

let target: Target;
let vm: FrozenVm;

beforeAll(() => {
  target = openTarget();
});

beforeEach(async () => {
  vm = { ...frozenVm(), namespace: await freshNamespace(useCluster(), { restricted: true }) };
  target.heard.length = 0;
});

afterEach(() => dropNamespace(useCluster(), vm.namespace));
afterAll(() => target.close());

const proof = (verify: AskedProof) => target.run(target.activities.waits.awaitGuestUp, vmRef(vm), verify);

const byConsole = (pattern: string, timeoutSeconds = 150) =>
  proof({ by: 'console', pattern, timeoutSeconds });

const notUp = (message: RegExp) => ({
  type: 'GuestNotUp',
  message: expect.stringMatching(message) as string,
});

describe('by its console', () => {
  let instance: VirtualMachineInstance;

  beforeEach(async () => {
    instance = await makeInstance(target.admin, vm);
  });

  const launch = async (name: string, says: string | null) =>
    untilRunning(target.admin, await makeLauncher(target.admin, instance, { name, says }));

  test('a guest is up when a line of its console matches, also one that was said before', async () => {
    await launch('one', String.raw`printf 'Starting\r\n\033[1mweb login:\033[0m \r\n'; sleep infinity`);
    expect(await byConsole('login:$')).toEqual({ by: 'console', evidence: 'web login:' });
  });

  test("a migration that began with the former default goes on, though today's engine can't look ahead", async () => {
    await launch(
      'one',
      'echo "[    0.1] printk: console [ttyS0]"; echo "Debian 12 web ttyS0"; sleep infinity',
    );
    const former = String.raw`login:|^(?!\s*\[).*(?:[\s/]ttyS0|\(ttyS0\)\.?)\s*$|^Kernel \S+ on an \S+\s*$`;
    expect(await byConsole(former)).toEqual({ by: 'console', evidence: 'Debian 12 web ttyS0' });
  });

  test('a guest that comes up late is waited for', async () => {
    const late = byConsole('up$');
    await makeLauncher(target.admin, instance, { name: 'one', says: 'sleep 1; echo up; sleep infinity' });
    expect(await late).toEqual({ by: 'console', evidence: 'up' });
  });

  test('a guest whose pattern never comes is not up, and its last words are told', async () => {
    await launch('one', 'echo Loading; echo "Kernel panic - not syncing"; sleep infinity');
    const began = Date.now();
    await expect(byConsole('login:', 3)).rejects.toMatchObject(
      notUp(/by its console within 3 s; its console's last lines: Loading ⏎ Kernel panic - not syncing$/),
    );
    expect(Date.now() - began).toBeLessThan(45_000);
  });

  test('a guest without a console is not up, and why it has none is told', async () => {
    await launch('one', null);
    await expect(byConsole('login:', 3)).rejects.toMatchObject(notUp(/keeps no console log/));
  });

  test('a target that never runs is not up', async () => {
    await expect(byConsole('login:', 2)).rejects.toMatchObject(notUp(/the target does not run$/));
  });

  test('a guest that was started again is followed to where it runs now', async () => {
    const first = await launch('one', 'echo rebooting; sleep infinity');
    const up = byConsole('^up$');
    await eventually(async () =>
      Promise.resolve(target.heard.find(({ note }) => note?.includes('rebooting'))),
    );
    await target.admin.delete(PODS, { name: first.metadata?.name ?? '', namespace: vm.namespace });
    await makeLauncher(target.admin, instance, { name: 'two', says: 'echo up; sleep infinity' });
    expect(await up).toEqual({ by: 'console', evidence: 'up' });
  });

  test('a console that breaks off while its guest runs on is read again, at leisure', async () => {
    await launch('one', 'echo once; exit 0');
    const asked = jest.spyOn(ApiClient.prototype, 'openLog');
    await expect(byConsole('login:', 5)).rejects.toMatchObject(notUp(/last lines: once$/));
    const followed = asked.mock.calls.filter(([, { follow }]) => follow === 'true');
    expect(followed.length).toBeGreaterThan(1);
    expect(followed.length).toBeLessThan(5);
    asked.mockRestore();
  });
});

describe('by its agent and its ports', () => {
  let agent: AgentChannel | undefined;
  let server: Server | undefined;

  afterEach(() => {
    agent?.close();
    server?.close();
  });

  /** On the Pod's network; its disk would be empty, so none is given. */
  async function run(macAddress?: string): Promise<{ uid: string; address: string }> {
    const domain = {
      memory: { guest: '64Mi' },
      // With a bridge KubeVirt shows the addresses that the guest has, else those of its Pod.
      devices: {
        interfaces: [
          macAddress === undefined
            ? { name: 'default', masquerade: {} }
            : { name: 'default', bridge: {}, macAddress },
        ],
      },
    };
    await target.admin.create(VIRTUAL_MACHINES, {
      apiVersion: VIRTUAL_MACHINES.apiVersion,
      kind: VIRTUAL_MACHINES.kind,
      metadata: { name: vm.targetName, namespace: vm.namespace },
      spec: {
        runStrategy: 'Always',
        template: { spec: { domain, networks: [{ name: 'default', pod: {} }] } },
      },
    });
    return eventually(async () => {
      const ref = { name: vm.targetName, namespace: vm.namespace };
      const uid = (await target.admin.find(VIRTUAL_MACHINE_INSTANCES, ref))?.metadata?.uid;
      return uid === undefined ? null : { uid, address: guestAddress(uid) };
    });
  }

  async function listen(host: string): Promise<number> {
    server = createServer((socket) => socket.destroy());
    server.listen(0, host);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  test('a guest whose agent answers is up, and its system is told', async () => {
    agent = new AgentChannel();
    const up = proof({ by: 'agent', timeoutSeconds: 150 });
    await agent.listen(AGENT_PORT, (await run()).address);
    expect(await up).toEqual({
      by: 'agent',
      evidence: expect.stringMatching(/^the guest agent answers: Debian 12/) as string,
    });
  });

  describe('by its network', () => {
    const macAddress = '00:50:56:00:00:01';
    const has = (...addresses: string[]) => [
      {
        name: 'ens1',
        'hardware-address': macAddress,
        'ip-addresses': addresses.map((address) => ({
          'ip-address': address,
          'ip-address-type': 'ipv4' as const,
          prefix: 24,
        })),
      },
    ];
    const byNetwork = (timeoutSeconds: number) =>
      proof({ by: 'network', cards: [{ macAddress, addresses: ['192.0.2.10'] }], timeoutSeconds });

    test('a guest is up once it has the addresses of its source again', async () => {
      agent = new AgentChannel();
      agent.interfaces = has('10.0.2.15');
      const up = byNetwork(150);
      await agent.listen(AGENT_PORT, (await run(macAddress)).address);
      await eventually(() =>
        Promise.resolve(target.heard.find(({ note }) => note?.includes('agent reports 10.0.2.15'))),
      );
      agent.interfaces = has('10.0.2.15', '192.0.2.10');
      expect(await up).toEqual({
        by: 'network',
        evidence: `the guest agent reports 192.0.2.10 of card ${macAddress}`,
      });
    });

    test('a guest whose agent never answers is not up, and that is told', async () => {
      await run(macAddress);
      await expect(byNetwork(3)).rejects.toMatchObject(
        notUp(/by its network within 3 s; the guest agent does not answer; /),
      );
    });
  });

  test('a guest whose agent never answers is not up', async () => {
    await run();
    await expect(proof({ by: 'agent', timeoutSeconds: 3 })).rejects.toMatchObject(
      notUp(/by its agent within 3 s/),
    );
  });

  test('a guest that takes a connection at its address is up', async () => {
    const { address } = await run();
    const port = await listen(address);
    const up = await proof({ by: 'port', port, timeoutSeconds: 150 });
    expect(up).toEqual({ by: 'port', evidence: `port ${port} of ${address} is open` });
  });

  test('a guest that takes none is not up', async () => {
    const { address } = await run();
    // Free by now: it was given to us, and taken back.
    const port = await listen(address);
    server?.close();
    await expect(proof({ by: 'port', port, timeoutSeconds: 5 })).rejects.toMatchObject(
      notUp(/by its port within 5 s/),
    );
    expect(target.heard).toContainEqual(
      expect.objectContaining({ note: `waiting for port ${port} of ${address}` }),
    );
  });
});
