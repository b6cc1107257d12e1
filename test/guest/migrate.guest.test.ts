/**
 * The whole promise with real guests: from the vCenter's datastore by import, conversion and virtio to whoever would
 * log in. Migrations run beside each other where they can: each takes a core for minutes.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VIRTUAL_MACHINES, VOLUME_CLAIMS } from '../../activities/kubernetes/api/kinds';
import { bootGuest, NO_ROOT } from '../../lab/guest/boot';
import { buildGuest } from '../../lab/guest/build';
import { GUESTS } from '../../lab/guest/specs';
import { labImage } from '../../lab/lab-images';
import type { VmState } from '../../workflows/temporal-api';
import { plan, TARGET_NAMESPACE } from '../e2e/site';
import { LAB_TIMEOUT_MS, Stage, type StartedVm } from '../e2e/stage';
import { baseNameOf, guestVm, killConversion, log, untilStage } from './guests-site';
import { eventually } from '../support/eventually';

const MINUTE = 60_000;
const WHO = { who: 'test', why: 'seen enough' };
const BY_CONSOLE = { by: 'console', timeout: '10m' };

jest.setTimeout(25 * MINUTE);

let stage: Stage;

beforeAll(
  async () => {
    stage = await Stage.open([
      await guestVm('debian', 'debian-bios'),
      await guestVm('locked', 'luks'),
      await guestVm('blank', 'empty'),
      await guestVm('lost', 'tiny-unbootable', 'ide'),
      await guestVm('killed', 'tiny'),
      await guestVm('halved', 'tiny-two-disks'),
    ]);
  },
  LAB_TIMEOUT_MS + 15 * MINUTE,
);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

async function start(name: string, drover: Record<string, unknown> = {}): Promise<StartedVm> {
  const conversionImage = image('conversion-v2v');
  const settings = { conversionImage, verify: BY_CONSOLE, onShutdownTimeout: 'powerOff', ...drover };
  const { vm } = await stage.start(plan(stage.whole.lab.state, [name], { drover: settings }));
  return vm(name);
}

function image(name: string): string {
  return labImage(stage.whole.lab.state.registry, name);
}

/** The scratch volume's folder, once it is bound. */
async function scratchOf(state: VmState): Promise<string> {
  const ref = { namespace: TARGET_NAMESPACE, name: `${baseNameOf(state)}-scratch` };
  const claim = await eventually(async () => {
    const found = await stage.admin.find(VOLUME_CLAIMS, ref);
    return found?.status?.phase === 'Bound' && found;
  });
  return join(stage.whole.lab.state.volumesDir, claim.spec?.volumeName ?? '');
}

/** Attempts at the conversion, by the Jobs that were made for it. */
function attemptsAt(state: VmState): number {
  const job = `jobs/${baseNameOf(state)}-convert-`;
  return new Set(stage.made().filter((name) => name.startsWith(job))).size;
}

async function consoleOf(name: string): Promise<string> {
  return (await (await stage.whole.drover.vm(name)).console(500)).lines.join('\n');
}

async function sourceIsOn({ moref }: StartedVm): Promise<boolean> {
  return (await stage.source.power(moref)).state === 'poweredOn';
}

test('Debian as it was installed on vSphere does not boot from virtio, and Drover makes it', async () => {
  const debian = await start('debian');
  const { disks } = await buildGuest('debian-bios', log);
  const asItWas = {
    disks: disks.map((path) => ({ path, format: 'raw' as const })),
    bus: 'virtio' as const,
    firmware: GUESTS['debian-bios'].firmware,
  };
  await bootGuest({ machine: asItWas, until: NO_ROOT, deadlineMs: 10 * MINUTE }, log);

  const result = await stage.result(debian);

  expect(result).toMatchObject({ outcome: 'succeeded', conversion: { converted: true, firmware: 'bios' } });
  expect(result.conversion?.os).toMatch(/12\.\d/);
  expect(result.proof).toMatchObject({ by: 'console', evidence: expect.stringMatching(/ttyS0$/) as string });
  expect(await consoleOf('debian')).toMatch(/virtio_blk virtio\d+: \[vda\]/);
  const machine = await stage.admin.get(VIRTUAL_MACHINES, { name: 'debian', namespace: TARGET_NAMESPACE });
  expect(machine.spec.template.spec?.domain.devices.disks?.map(({ disk }) => disk?.bus)).toEqual(['virtio']);
  expect(await sourceIsOn(debian)).toBe(false);
  expect((await stage.contents()).filter((name) => name.includes('scratch'))).toEqual([]);
});

test.each([
  ['locked', 'GuestEncrypted'],
  ['blank', 'GuestNotRecognized'],
])(
  'the guest %s is refused as %s, its copies are as they were, and its source comes back',
  async (name, kind) => {
    const vm = await start(name);
    const parked = await stage.parked(vm);
    expect(parked.attention).toMatchObject({ phase: 'convert', failure: { kind } });
    expect((await stage.verdicts(parked)).map(({ equal }) => equal)).toEqual([true]);

    await (await stage.whole.drover.vm(name)).abort(WHO);
    expect((await stage.result(vm)).outcome).toBe('aborted');
    expect(await sourceIsOn(vm)).toBe(true);
  },
);

test('a guest that converts and never finds its root is caught, with its own last words', async () => {
  const vm = await start('lost', { verify: { by: 'console', timeout: '2m' } });
  const parked = await stage.parked(vm);
  expect(parked.attention).toMatchObject({ phase: 'verify', failure: { kind: 'GuestNotUp' } });
  expect(parked.attention?.failure.message).toMatch(NO_ROOT);
  expect(parked.conversion?.converted).toBe(true);
  expect(await sourceIsOn(vm)).toBe(false);
});

test('conversions killed before the first commit and between two go on by themselves, to guests that boot', async () => {
  const [killed, halved] = [
    await start('killed'),
    await start('halved', { conversionImage: image('conversion-v2v-held') }),
  ];
  const scratch = await scratchOf(await stage.until(halved, 'convert', ({ phase }) => phase === 'convert'));
  writeFileSync(join(scratch, 'hold'), 'disk1.qcow2');

  const base = baseNameOf(await stage.state(killed));
  await untilStage(stage.admin, base, { attempt: 1, words: 'Converting' });
  killConversion(base);
  await eventually(() => existsSync(join(scratch, 'held')));
  rmSync(join(scratch, 'hold'));
  killConversion(baseNameOf(await stage.state(halved)));

  const results = [await stage.result(killed), await stage.result(halved)];
  for (const result of results) {
    expect(result).toMatchObject({ outcome: 'succeeded', decisions: [], conversion: { converted: true } });
    expect(attemptsAt(result)).toBe(2);
    expect(result.disks.map(({ attempts }) => attempts)).toEqual(result.disks.map(() => 1));
  }
  expect(await consoleOf('halved')).toContain(GUESTS['tiny-two-disks'].dataMarker);
});
