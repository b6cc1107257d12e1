import { execFileSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { bootGuest, LOGIN_PROMPT, NO_ROOT } from '../../lab/guest/boot';
import { buildGuest } from '../../lab/guest/build';
import type { BootDisk, Bus } from '../../lab/guest/qemu-arguments';
import { type GuestName, GUESTS } from '../../lab/guest/specs';
import { convertGuest, type HandConversion } from '../support/convert-guest';

const MINUTE = 60_000;
const log = (line: string) => process.stderr.write(`${line}\n`);
const overlayFolders: string[] = [];

jest.setTimeout(20 * MINUTE);
afterAll(() => overlayFolders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

type BootableName = 'tiny' | 'tiny-two-disks' | 'tiny-unbootable' | 'tiny-uefi' | 'debian-bios';
/** A controller that the guest's firmware and its drivers both know. Debian's OVMF knows nothing of pvscsi. */
const SOURCE_BUS: Record<BootableName, Bus> = {
  tiny: 'pvscsi',
  'tiny-two-disks': 'pvscsi',
  'tiny-unbootable': 'ide',
  'tiny-uefi': 'ide',
  'debian-bios': 'pvscsi',
};

async function rawDisks(name: GuestName): Promise<BootDisk[]> {
  return (await buildGuest(name, log)).disks.map((path) => ({ path, format: 'raw' }));
}

/** The console up to the pattern, and a line that says how long that took. */
async function boot(name: BootableName, disks: BootDisk[], bus: Bus, until: RegExp): Promise<string> {
  const { firmware } = GUESTS[name];
  const started = Date.now();
  const lines = await bootGuest({ machine: { disks, bus, firmware }, until, deadlineMs: 5 * MINUTE }, log);
  log(`${name} on ${bus}: ${until} after ${Math.round((Date.now() - started) / 1000)} s`);
  return lines.join('\n');
}

async function convert(name: BootableName | UnconvertibleName): Promise<HandConversion> {
  const { disks } = await buildGuest(name, log);
  const spec = GUESTS[name];
  const started = Date.now();
  const conversion = await convertGuest(disks, 'firmware' in spec ? spec.firmware : 'bios', log);
  overlayFolders.push(dirname((conversion.overlays[0] as BootDisk).path));
  log(
    `${name}: conversion ended with ${conversion.code} after ${Math.round((Date.now() - started) / 1000)} s`,
  );
  return conversion;
}

describe.each(Object.keys(SOURCE_BUS) as BootableName[])('the guest %s', (name) => {
  test('is small and sparse', async () => {
    for (const { path } of await rawDisks(name)) {
      const { size, blocks } = statSync(path);
      expect(size).toBeLessThanOrEqual(2 ** 30);
      expect(blocks * 512).toBeLessThan(size);
    }
  });

  test('boots to its login prompt as it did on vSphere', async () => {
    await boot(name, await rawDisks(name), SOURCE_BUS[name], LOGIN_PROMPT);
  });

  test('does not boot from virtio before it is converted', async () => {
    const console = await boot(name, await rawDisks(name), 'virtio', NO_ROOT);
    expect(console).not.toMatch(LOGIN_PROMPT);
  });
});

test.each(['tiny', 'tiny-two-disks', 'tiny-uefi', 'debian-bios'] as const)(
  'virt-v2v-in-place makes a guest of %s that boots from virtio',
  async (name) => {
    const { code, output, overlays } = await convert(name);
    expect({ code, output }).toMatchObject({ code: 0 });
    await boot(name, overlays, 'virtio', LOGIN_PROMPT);
  },
);

test('the guest with two disks reads from its second before anybody can log in, and stops without it', async () => {
  const [root, data] = await rawDisks('tiny-two-disks');
  const both = [root, data] as BootDisk[];
  const console = await boot('tiny-two-disks', both, 'pvscsi', LOGIN_PROMPT);
  expect(console).toContain(`/srv/data/marker: ${GUESTS['tiny-two-disks'].dataMarker}`);
  await boot('tiny-two-disks', [root as BootDisk], 'pvscsi', /You are in emergency mode/);
});

test('exit code 0 proves nothing: the guest that names its root by device converts and never finds it', async () => {
  const { code, overlays } = await convert('tiny-unbootable');
  expect(code).toBe(0);
  const console = await boot('tiny-unbootable', overlays, 'virtio', NO_ROOT);
  expect(console).not.toMatch(LOGIN_PROMPT);
});

const REFUSALS = {
  empty: /inspection could not detect the source guest/,
  'filesystem-without-os': /inspection could not detect the source guest/,
  'unsupported-os': /filesize: \/var\/lib\/dpkg\/status: No such file or directory/,
  luks: /could not read key from user/,
  'windows-hibernated': /filesystem was mounted read-only.*Windows Hibernation/,
};
type UnconvertibleName = keyof typeof REFUSALS | 'windows-without-drivers';

test.each(Object.entries(REFUSALS) as [keyof typeof REFUSALS, RegExp][])(
  'virt-v2v-in-place refuses the guest %s',
  async (name, words) => {
    const { code, output } = await convert(name);
    expect(code).toBe(1);
    expect(output).toMatch(words);
  },
);

test('a Windows for which there are no drivers is converted with a warning, for emulated devices', async () => {
  const { code, output } = await convert('windows-without-drivers');
  expect(code).toBe(0);
  expect(output).toMatch(/warning: there are no virtio drivers available for this version of Windows/);
  expect(output).toContain('This guest does not have virtio drivers installed');
});

test('of two who build a guest at once, both get the same complete one', async () => {
  const folder = dirname((await buildGuest('empty', log)).disks[0] as string);
  rmSync(folder, { recursive: true });
  const built = await Promise.all([buildGuest('empty', log), buildGuest('empty', log)]);
  expect(built[0]).toEqual(built[1]);
  expect(execFileSync('ls', [folder]).toString()).toBe('disk-0.raw\n');
});
