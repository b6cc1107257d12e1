/**
 * A Debian that knows its card as `ens192`, as vSphere names it, and has a static address on it: converted, it answers on this
 * address from KubeVirt's bus. Who connects from outside is this test.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { applianceEnv } from '../../images/conversion/accelerator';
import { provideAppliance } from '../../lab/guest/appliance';
import { bootGuest } from '../../lab/guest/boot';
import { buildGuest } from '../../lab/guest/build';
import type { Bus, Nic } from '../../lab/guest/qemu-arguments';
import { ConversionSite } from '../images/entrypoint';

const MINUTE = 60_000;
const MAC = '00:50:56:9a:00:01';
const ADDRESS = '192.0.2.10';
const PORT = 8080;
const log = (line: string) => process.stderr.write(`${line}\n`);

jest.setTimeout(25 * MINUTE);

/** What an administrator has set up: the network, a program that answers, and what shows the names of the cards. */
const FILES: Record<string, string> = {
  '/etc/systemd/network/10-lan.network': `[Match]\nName=ens192\n\n[Network]\nAddress=${ADDRESS}/24\nGateway=192.0.2.1\n`,
  '/etc/systemd/system/answer.socket': `[Socket]\nListenStream=${PORT}\nAccept=yes\n`,
  '/etc/systemd/system/answer@.service': `[Service]
ExecStart=/bin/sh -c 'echo here I am; read thanks && echo answered on $(cat /sys/class/net/ens192/address) > /dev/console'
StandardInput=socket
StandardOutput=socket
`,
  '/etc/systemd/system/cards.service': `[Unit]
Wants=systemd-udev-settle.service
After=systemd-udev-settle.service

[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo the cards are: $(ls /sys/class/net) > /dev/console'
`,
};
const ENABLED = [
  ['sockets.target', '/etc/systemd/system/answer.socket'],
  ['multi-user.target', '/etc/systemd/system/cards.service'],
  ['multi-user.target', '/lib/systemd/system/systemd-networkd.service'],
];

let site: ConversionSite;
let appliance: string;
beforeAll(async () => {
  appliance = await provideAppliance(log);
});
beforeEach(() => (site = new ConversionSite()));
afterEach(() => site.remove());

/** Sets the guest up while it is still as vSphere has it. */
function setUp(disk: string): void {
  const commands = Object.entries(FILES).map(([path, text], index) => {
    writeFileSync(site.path(`setup-${index}`), text);
    return `upload ${site.path(`setup-${index}`)} ${path}`;
  });
  const links = ENABLED.flatMap(([target, unit]) => {
    const folder = `/etc/systemd/system/${target}.wants`;
    return [`mkdir-p ${folder}`, `ln-sf ${unit} ${folder}/`];
  });
  execFileSync('guestfish', ['--rw', '--format=raw', '--add', disk, '--inspector'], {
    input: [...commands, ...links, ''].join('\n'),
    env: { ...applianceEnv('tcg'), LIBGUESTFS_PATH: appliance },
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Connects again and again, until somebody answers; what was answered. */
async function firstAnswer(port: number, stop: AbortSignal): Promise<string> {
  while (!stop.aborted) {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
      // Only now the guest says that it has answered: not to somebody who went before it was up.
      socket.end('thanks\n');
    });
    socket.on('error', () => undefined);
    const timer = setTimeout(() => socket.destroy(), 5_000);
    // Nobody may listen yet: an error ends it, too.
    await new Promise((resume) => socket.on('close', resume));
    clearTimeout(timer);
    if (answer !== '') return answer;
    await new Promise((resume) => setTimeout(resume, 250));
  }
  return '';
}

async function boot(disk: string, bus: Bus, until: RegExp): Promise<{ lines: string[]; answer: string }> {
  const nic: Nic = {
    mac: MAC,
    network: '192.0.2.0/24',
    forward: { from: await freePort(), address: ADDRESS, port: PORT },
  };
  const stop = new AbortController();
  const answer = firstAnswer(nic.forward.from, stop.signal);
  const machine = { disks: [{ path: disk, format: 'raw' as const }], bus, firmware: 'bios' as const, nic };
  const lines = await bootGuest({ machine, until, deadlineMs: 8 * MINUTE }, log).finally(() => stop.abort());
  return { lines, answer: await answer };
}

test('a guest that calls its card ens192 answers on its static address after the conversion, and not without it', async () => {
  const { disks } = await buildGuest('debian-bios', log);
  const disk = site.path('disk0.img');
  execFileSync('cp', ['--sparse=always', disks[0] ?? '', disk]);
  setUp(disk);
  site.setDisks([{ path: disk }]);

  // On another bus, and as it was: its disk is on a controller that it knows, its card is where KubeVirt has it.
  const before = await boot(disk, 'ide', /the cards are: .*\n/);
  expect(before.lines.join('\n')).toMatch(/the cards are: (?!.*\bens192\b)en\w+/);
  expect(before.answer).toBe('');

  const card = { mac: MAC, pciSlot: 192, addresses: [], gateways: [], nameServers: [] };
  writeFileSync(site.path('network.json'), JSON.stringify({ system: 'other', cards: [card], leftOut: 0 }));
  const { report, stderr } = await site.run({ env: { LIBGUESTFS_PATH: appliance } });
  log(
    stderr
      .split('\n')
      .filter((line) => line.startsWith('network card'))
      .join('\n'),
  );
  expect(report).toMatchObject({ converted: true, disks: 'converted', virtio: true });
  expect(report?.warnings.filter((warning) => warning.includes('network card'))).toEqual([]);
  expect(stderr).toContain(`network card ens192 of /etc/systemd/network/10-lan.network is bound to ${MAC}`);

  const after = await boot(disk, 'virtio', /answered on [0-9a-f:]{17}/);
  expect(after.lines.join('\n')).toContain(`answered on ${MAC}`);
  expect(after.answer).toBe('here I am\n');
});
