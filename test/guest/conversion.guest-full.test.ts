/** The conversion image's entrypoint with the real virt-v2v-in-place: killed, it still ends in a guest that boots. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { provideAppliance } from '../../lab/guest/appliance';
import { bootGuest, LOGIN_PROMPT } from '../../lab/guest/boot';
import { buildGuest } from '../../lab/guest/build';
import { GUESTS, type GuestName } from '../../lab/guest/specs';
import { appears, ConversionSite, type Ended, type RunOptions } from '../images/entrypoint';

const MINUTE = 60_000;
const log = (line: string) => process.stderr.write(`${line}\n`);

jest.setTimeout(20 * MINUTE);

let site: ConversionSite;
let originals: readonly string[];
let options: RunOptions;
beforeEach(() => (site = new ConversionSite()));
afterEach(() => site.remove());

/** Gives the site this guest's disks, as a migration would have filled them. */
async function fill(name: GuestName): Promise<void> {
  originals = (await buildGuest(name, log)).disks;
  options = { env: { LIBGUESTFS_PATH: await provideAppliance(log) } };
  site.setDisks(
    originals.map((original, index) => {
      const path = site.path(`disk${index}.img`);
      execFileSync('cp', ['--sparse=always', original, path]);
      return { path };
    }),
  );
}

const isAsFilled = (index: number) => site.bytes(index).equals(readFileSync(originals[index] ?? ''));

async function timed(what: string, run: Promise<Ended>): Promise<Ended> {
  const begun = performance.now();
  const ended = await run;
  log(`${what}: ${((performance.now() - begun) / 1000).toFixed(0)} s`);
  return ended;
}

async function boot(name: 'tiny' | 'tiny-two-disks'): Promise<string> {
  const disks = originals.map((_, index) => ({ path: site.disk(index), format: 'raw' as const }));
  const { firmware } = GUESTS[name];
  const machine = { disks, bus: 'virtio' as const, firmware };
  return (await bootGuest({ machine, until: LOGIN_PROMPT, deadlineMs: 5 * MINUTE }, log)).join('\n');
}

/** Stops a real program at a call, with a sign that it is there. */
function haltAt(tool: string, condition: string): string {
  const real = execFileSync('which', [tool], { encoding: 'utf8' }).trim();
  const sign = site.path('halted');
  site.tool(tool, `if ${condition}; then touch ${sign}; sleep 3600; fi\nexec ${real} "$@"`);
  return sign;
}

test('killed while it converts, it begins anew on untouched disks and ends in a guest that boots', async () => {
  await fill('tiny');
  const first = site.start(options);
  await first.says('Converting ');
  // Some way into the conversion proper, where it writes to the guest's file systems.
  await new Promise((resume) => setTimeout(resume, 3_000));
  expect((await first.kill()).report).toBeNull();
  expect(isAsFilled(0)).toBe(true);

  const { report, stdout } = await timed('conversion of one disk', site.resume(options));
  log(stdout);
  expect(report).toMatchObject({
    converted: true,
    disks: 'converted',
    firmware: 'bios',
    bootDisk: 0,
    virtio: true,
    accelerator: 'tcg',
  });
  expect(report?.os).toMatch(/12/);
  await boot('tiny');
});

test('killed between the commits of two disks, it only goes on committing', async () => {
  await fill('tiny-two-disks');
  const halted = haltAt('qemu-img', `[ $1 = commit ] && [ "\${@: -1}" = ${site.overlay(1)} ]`);
  const first = site.start(options);
  await Promise.race([appears(halted), first.ended]);
  await first.kill();
  expect([isAsFilled(0), isAsFilled(1)]).toEqual([false, true]);

  site.removeTool('qemu-img');
  const { report, stdout } = await timed('rest of the commits', site.resume(options));
  expect(report).toMatchObject({ converted: true, disks: 'converted', bootDisk: 0 });
  expect(stdout).not.toContain('Converting');
  expect(await boot('tiny-two-disks')).toContain(GUESTS['tiny-two-disks'].dataMarker);
});

test.each([
  ['empty', 'notRecognized'],
  ['luks', 'encrypted'],
  ['unsupported-os', 'unsupported'],
  ['two-systems', 'multiBoot'],
] as const)('the guest %s is %s, and its disk stays as it was', async (name, reason) => {
  await fill(name);
  const { report } = await timed(name, site.run(options));
  expect(report).toMatchObject({ converted: false, disks: 'untouched', reason });
  expect(isAsFilled(0)).toBe(true);
});
