/**
 * Debians that call their cards ens192 and ens224, as vSphere names them: migrated, and started from their VirtualMachine on
 * bridges of the lab, they are where they were for a second machine on these bridges. With cards of other MAC addresses, whose
 * names the conversion has not bound, they are not.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ApiObject,
  NETWORK_ATTACHMENTS,
  PODS,
  type VirtualMachine,
  VIRTUAL_MACHINES,
} from '../../activities/kubernetes/api/kinds';
import { LAUNCHERS } from '../../activities/kubernetes/pods/launchers';
import { buildGuest } from '../../lab/guest/build';
import { type Neighbour, startNeighbour } from '../../lab/guest/neighbour';
import type { BridgePort } from '../../lab/guest/qemu-arguments';
import { labImage } from '../../lab/lab-images';
import { BRIDGE_PORT, bridgeAddress } from '../../lab/standins/kubevirt/loopback-addresses';
import type { VmSpec } from '../../lab/vcenter-spec';
import type { VmResult } from '../../workflows/temporal-api';
import { plan, TARGET_NAMESPACE } from '../e2e/site';
import { LAB_TIMEOUT_MS, Stage } from '../e2e/stage';
import { eventually } from '../support/eventually';
import { readLog } from '../support/read-log';
import { editDisk } from './edit-disk';
import { guestVm, log } from './guests-site';
import { NETWORKS, type Network } from './networks';

const MINUTE = 60_000;
const PORT = 8080;
/** As vSphere gives them to the first two cards: Linux calls them ens192 and ens224. */
const PCI_SLOTS = [192, 224];
/** No rule says anything of these. The rules themselves can't be taken away again: the initial file system has them, too. */
const OTHER_MACS = ['00:50:56:9a:01:01', '00:50:56:9a:01:02'];
/** A guest says it once its network is set up, as far as it will be. */
const CARDS = 'the cards are: ';

jest.setTimeout(40 * MINUTE);

/** A program that answers, and what shows on the console that the guest has done for its network what it does. */
const SERVICES = {
  '/etc/systemd/system/answer.socket': `[Socket]\nListenStream=${PORT}\nAccept=yes\n`,
  '/etc/systemd/system/answer@.service': `[Service]
ExecStart=/bin/echo here I am
StandardInput=socket
StandardOutput=socket
`,
  // After udev's settling, too: only then the cards have the names that they keep.
  '/etc/systemd/system/cards.service': `[Unit]
Wants=systemd-udev-settle.service
After=systemd-udev-settle.service network.target networking.service NetworkManager.service systemd-networkd.service

[Service]
Type=oneshot
ExecStart=/bin/sh -c 'ip -brief address > /dev/console; echo ${CARDS}$(ls /sys/class/net) > /dev/console'
`,
};
const MANAGERS = ['networking', 'NetworkManager', 'systemd-networkd'];

let folder: string;
let stage: Stage;

beforeAll(
  async () => {
    folder = mkdtempSync(join(tmpdir(), 'drover-networks-'));
    const networks = NETWORKS.flatMap(networksOf).map((name) => ({ name }));
    stage = await Stage.open(await Promise.all(NETWORKS.map(installed)), { networks });
  },
  LAB_TIMEOUT_MS + 15 * MINUTE,
);

afterAll(async () => {
  await stage.close();
  rmSync(folder, { recursive: true });
}, LAB_TIMEOUT_MS);

function networksOf({ cards, name }: Network): string[] {
  return [...new Set(cards.map(({ network }) => networkName(name, network)))];
}

const networkName = (name: string, network: number) => `${name}-${network}`;

/** The guest as vSphere has it: its administrator uses one of the programs that manage networks. */
async function installed({ cards, files, manager, name }: Network): Promise<VmSpec> {
  const spec = await guestVm(name, 'debian-networks');
  const disk = join(folder, `${name}.img`);
  const { disks } = await buildGuest('debian-networks', log);
  execFileSync('cp', ['--sparse=always', disks[0] ?? '', disk]);
  const unit = '/etc/systemd/system';
  const masked = MANAGERS.filter((one) => one !== manager);
  editDisk(disk, {
    remove: Object.keys(files),
    files: { ...files, ...SERVICES },
    links: {
      [`${unit}/sockets.target.wants/answer.socket`]: `${unit}/answer.socket`,
      [`${unit}/multi-user.target.wants/cards.service`]: `${unit}/cards.service`,
      ...Object.fromEntries(masked.map((one) => [`${unit}/${one}.service`, '/dev/null'])),
    },
  });
  return {
    ...spec,
    disks: spec.disks.map((one) => ({ ...one, file: disk })),
    nics: cards.map(({ network, reported }, card) => ({
      network: networkName(name, network),
      mac: '',
      pciSlot: PCI_SLOTS[card] ?? 0,
      ...(reported.length > 0 && { guest: { addresses: reported } }),
    })),
  };
}

/** Makes the networks of a guest at the target. Where their bridges are, once they are there. */
function makeNetworks(network: Network): Promise<BridgePort[]> {
  return Promise.all(
    networksOf(network).map(async (name) => {
      const { metadata } = await stage.admin.create(NETWORK_ATTACHMENTS, definitionOf(name));
      const bridge = { host: bridgeAddress(metadata?.uid ?? ''), port: BRIDGE_PORT };
      await eventually(() => isThere(bridge));
      return bridge;
    }),
  );
}

function definitionOf(name: string): ApiObject & { spec: object } {
  const { apiVersion, kind } = NETWORK_ATTACHMENTS;
  const config = JSON.stringify({ cniVersion: '0.3.1', name, type: 'bridge' });
  return { apiVersion, kind, metadata: { name, namespace: TARGET_NAMESPACE }, spec: { config } };
}

async function isThere(bridge: BridgePort): Promise<boolean> {
  const socket = connect(bridge);
  const there = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return there;
}

async function migrated(network: Network): Promise<VmResult> {
  const { name } = network;
  const networks = networksOf(network).map((source) => ({
    source: { name: source },
    destination: { type: 'multus', namespace: TARGET_NAMESPACE, name: source },
  }));
  const drover = {
    conversionImage: labImage(stage.whole.lab.state.registry, 'conversion-v2v'),
    verify: { by: 'console', pattern: CARDS, timeout: '20m' },
    onShutdownTimeout: 'powerOff',
  };
  const manifests = plan(stage.whole.lab.state, [name], { networks, drover, preserveStaticIPs: true });
  const { vm, wave } = await stage.start(manifests);
  await stage.succeeded(wave);
  return stage.result(vm(name));
}

function machineOf({ name }: Network): Promise<VirtualMachine> {
  return stage.admin.get(VIRTUAL_MACHINES, { name, namespace: TARGET_NAMESPACE });
}

/** As the VirtualMachine has them. */
function interfacesOf({ spec }: VirtualMachine) {
  return spec.template.spec?.domain.devices.interfaces ?? [];
}

/** Starts the VirtualMachine again, with cards of other MAC addresses. What the guest says of its cards then. */
async function startedWith(macs: readonly string[], network: Network): Promise<string> {
  const at = { name: network.name, namespace: TARGET_NAMESPACE };
  await stage.admin.patch(VIRTUAL_MACHINES, at, { spec: { runStrategy: 'Halted' } });
  const stopped = await eventually(async () => {
    const machine = await machineOf(network);
    return machine.status?.printableStatus === 'Stopped' && machine;
  });
  const interfaces = interfacesOf(stopped).map((card, index) => ({ ...card, macAddress: macs[index] }));
  const template = { spec: { domain: { devices: { interfaces } } } };
  await stage.admin.patch(VIRTUAL_MACHINES, at, { spec: { runStrategy: 'Always', template } });
  return eventually(async () => (await consoleOf(network)).find((line) => line.includes(CARDS)));
}

/** Of the guest that runs; empty while none does. */
async function consoleOf({ name }: Network): Promise<string[]> {
  const { items } = await stage.admin.list(PODS, {
    namespace: TARGET_NAMESPACE,
    labelSelector: LAUNCHERS,
  });
  const launcher = items.find(
    ({ metadata, status }) =>
      metadata?.annotations?.['kubevirt.io/domain'] === name &&
      metadata.deletionTimestamp === undefined &&
      status?.phase === 'Running',
  );
  const of = { name: launcher?.metadata?.name ?? '', namespace: TARGET_NAMESPACE };
  // It has no log yet while it starts.
  const text = await readLog(stage.admin, { ...of, container: 'guest-console-log' }, 500).catch(() => '');
  return text.split('\n');
}

/** Again and again, until the guest has set up its network: DHCP takes its time. */
function untilItSucceeds(neighbour: Neighbour, command: string): Promise<string> {
  return eventually(async () => {
    const { code, lines } = await neighbour.run(command);
    return code === 0 && lines.join('\n');
  });
}

/**
 * Each address answers a ping, and a program there a connection; which card that is, the neighbour knows from ARP.
 * @returns how long that took, in milliseconds
 */
async function isFound({ addresses }: Network, neighbour: Neighbour, macs: string[]): Promise<number> {
  const startedAt = Date.now();
  for (const { address, card } of addresses) {
    await untilItSucceeds(neighbour, `ping -c 1 -W 5 ${address}`);
    const answer = await untilItSucceeds(neighbour, `nc -w 10 ${address} ${PORT}`);
    expect(answer).toBe('here I am');
    const known = await neighbour.must(`grep '^${address} ' /proc/net/arp`);
    if (card !== undefined) expect(known).toEqual([expect.stringContaining(macs[card] ?? 'no card')]);
  }
  return Date.now() - startedAt;
}

/** No address answers a ping, for so many milliseconds and at least five times. */
async function isNotFound({ addresses }: Network, neighbour: Neighbour, ms: number): Promise<void> {
  const until = Date.now() + ms;
  for (let tries = 0; tries < 5 || Date.now() < until; tries++) {
    for (const { address } of addresses) {
      const { code, lines } = await neighbour.run(`ping -c 1 -W 5 ${address}`);
      expect({ address, code, lines }).toMatchObject({ code: 1 });
    }
  }
}

test.each(NETWORKS)(
  'a guest with $title is found where it was, and with cards whose names nothing binds it is not',
  async (network) => {
    const neighbour = await startNeighbour(await makeNetworks(network), log);
    try {
      for (const command of network.neighbour) await neighbour.must(command);

      const result = await migrated(network);

      expect(result).toMatchObject({ outcome: 'succeeded', conversion: { converted: true } });
      expect(result.conversion?.warnings.filter((warning) => warning.includes('network card'))).toEqual([]);
      expect(result.proof?.evidence).toMatch(/ ens192 ens224\b/);
      const macs = interfacesOf(await machineOf(network)).map(({ macAddress = '' }) => macAddress);
      const foundAfterMs = await isFound(network, neighbour, macs);
      // As patient as it had to be before: not found must not mean not yet.
      const cards = await startedWith(OTHER_MACS, network);
      await isNotFound(network, neighbour, foundAfterMs);
      expect(cards).not.toMatch(/ens192|ens224/);
    } finally {
      await neighbour.stop();
    }
  },
);
