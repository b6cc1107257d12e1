/**
 * A guest whose root LUKS encrypts: converted with its passphrase, and customized by a script of the plan, it asks for its
 * passphrase at KubeVirt's bus as it did before, and boots.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { provideAppliance } from '../../lab/guest/appliance';
import { bootGuest, LOGIN_PROMPT, PASSPHRASE_PROMPT } from '../../lab/guest/boot';
import { buildGuest } from '../../lab/guest/build';
import { LUKS_UUID } from '../../lab/guest/configure';
import { ensureGuestPackages } from '../../lab/guest/packages';
import type { Bus } from '../../lab/guest/qemu-arguments';
import { GUESTS } from '../../lab/guest/specs';
import { ConversionSite, type Ended } from '../images/entrypoint';

const MINUTE = 60_000;
const { firmware, passphrase } = GUESTS['tiny-luks'];
const log = (line: string) => process.stderr.write(`${line}\n`);

jest.setTimeout(25 * MINUTE);

let site: ConversionSite;
let appliance: string;
beforeAll(async () => {
  await ensureGuestPackages(log);
  appliance = await provideAppliance(log);
});
beforeEach(async () => {
  site = new ConversionSite();
  const [disk] = (await buildGuest('tiny-luks', log)).disks;
  execFileSync('cp', ['--sparse=always', disk ?? '', site.path('disk0.img')]);
  site.setDisks([{ path: site.path('disk0.img') }]);
  const card = { mac: '00:50:56:9a:00:01', pciSlot: 192, addresses: [], gateways: [], nameServers: [] };
  writeFileSync(site.path('network.json'), JSON.stringify({ system: 'other', cards: [card], leftOut: 0 }));
});
afterEach(() => site.remove());

/** @param text of the passphrase that the guest's Secret has for this disk */
function convert(text: string): Promise<Ended> {
  mkdirSync(site.path('keys'));
  writeFileSync(site.path(`keys/${LUKS_UUID}`), text);
  mkdirSync(site.path('scripts'));
  writeFileSync(site.path('scripts/10_linux_run_issue.sh'), '#!/bin/sh\necho customized >>/etc/issue\n');
  return site.run({ env: { LIBGUESTFS_PATH: appliance } });
}

async function boot(bus: Bus): Promise<string> {
  const machine = { disks: [{ path: site.path('disk0.img'), format: 'raw' as const }], bus, firmware };
  const answer = { prompt: PASSPHRASE_PROMPT, text: passphrase };
  return (await bootGuest({ machine, until: LOGIN_PROMPT, deadlineMs: 8 * MINUTE, answer }, log)).join('\n');
}

test('converted with its passphrase, an encrypted guest is still encrypted, and boots from virtio', async () => {
  expect(await boot('pvscsi')).toMatch(PASSPHRASE_PROMPT);

  const { report, stdout, stderr } = await convert(passphrase);
  expect(report).toMatchObject({ converted: true, disks: 'converted', virtio: true, bootDisk: 0 });
  expect(report?.warnings.filter((warning) => warning.includes('network card'))).toEqual([]);
  expect(`${stdout}${stderr}`).not.toContain(passphrase);

  const console = await boot('virtio');
  expect(console).toMatch(PASSPHRASE_PROMPT);
  expect(console).toMatch(/^customized$/m);
});

test('with another passphrase it is refused as encrypted, and its disk stays as it was', async () => {
  const before = site.bytes(0);
  const { report, stdout, stderr } = await convert('open barley');
  expect(report).toMatchObject({ converted: false, disks: 'untouched', reason: 'encrypted' });
  expect(`${stdout}${stderr}`).not.toContain('barley');
  expect(site.bytes(0).equals(before)).toBe(true);
});
