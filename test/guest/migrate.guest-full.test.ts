/** What the short run of guests leaves out: other firmware, another way to copy, every refusal, kills at every stage. */
import type { GuestName } from '../../lab/guest/specs';
import { labImage } from '../../lab/lab-images';
import type { VmSpec } from '../../lab/vcenter-spec';
import type { VmState } from '../../workflows/temporal-api';
import { plan, ROUTES } from '../e2e/site';
import { LAB_TIMEOUT_MS, Stage, type StartedVm } from '../e2e/stage';
import { baseNameOf, guestVm, killConversion, untilStage } from './guests-site';

const MINUTE = 60_000;
const WHO = { who: 'test', why: 'the next stage' };

/** How each guest that can't be converted is refused. */
const REFUSALS = {
  'filesystem-without-os': 'GuestNotRecognized',
  'unsupported-os': 'GuestUnsupported',
  'two-systems': 'GuestMultiBoot',
  luks: 'GuestEncrypted',
  'windows-hibernated': 'GuestUnclean',
} as const satisfies Partial<Record<GuestName, string>>;

/** virt-v2v's own stages, and how many seconds it is let into each. */
const KILLS = [
  ['Setting up the source', 0],
  ['Inspecting the source', 2],
  ['Converting', 0],
  ['Converting', 5],
  ['Mapping filesystem data', 0],
] as const;

jest.setTimeout(40 * MINUTE);

let stage: Stage;

beforeAll(
  async () => {
    const refused = Object.keys(REFUSALS) as (keyof typeof REFUSALS)[];
    const windows = { guestId: 'windows2019srv_64Guest' };
    stage = await Stage.open([
      // Its disk has a GPT, and CDI enlarges its image: the second copy of the GPT is not at the disk's end any more.
      { ...(await routed(ROUTES.files, 'uefi', 'tiny-uefi', 'ide')), firmware: 'efi' },
      await routed(ROUTES.array, 'offloaded', 'tiny'),
      await guestVm('killed', 'tiny'),
      ...(await Promise.all(refused.map((guest) => guestVm(guest, guest)))),
      { ...(await guestVm('driverless', 'windows-without-drivers')), ...windows },
    ]);
  },
  LAB_TIMEOUT_MS + 15 * MINUTE,
);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

async function routed(datastore: string, ...guest: Parameters<typeof guestVm>): Promise<VmSpec> {
  const spec = await guestVm(...guest);
  return { ...spec, disks: spec.disks.map((disk) => ({ ...disk, datastore })) };
}

async function start(name: string, drover: Record<string, unknown> = {}): Promise<StartedVm> {
  const settings = {
    conversionImage: labImage(stage.whole.lab.state.registry, 'conversion-v2v'),
    verify: { by: 'console', timeout: '10m' },
    onShutdownTimeout: 'powerOff',
    ...drover,
  };
  const { vm } = await stage.start(plan(stage.whole.lab.state, [name], { drover: settings }));
  return vm(name);
}

async function equalToSource(state: VmState): Promise<boolean[]> {
  return (await stage.verdicts(state)).map(({ equal }) => equal);
}

test.each([
  ['uefi', 'efi', 'import'],
  ['offloaded', 'bios', 'plugin'],
])('the guest %s (%s, by %s) arrives', async (name, firmware, method) => {
  const result = await stage.result(await start(name));
  expect(result).toMatchObject({ outcome: 'succeeded', conversion: { converted: true, firmware } });
  expect(result.disks.map((disk) => disk.method)).toEqual([method]);
  expect(result.proof?.evidence).toMatch(/Debian GNU\/Linux 12/);
});

test.each(Object.entries(REFUSALS))(
  'the guest %s is refused as %s, and its copy is untouched',
  async (name, kind) => {
    const vm = await start(name);
    const parked = await stage.parked(vm);
    expect(parked.attention).toMatchObject({ phase: 'convert', failure: { kind } });
    expect(await equalToSource(parked)).toEqual([true]);
  },
);

test('a Windows guest for which the image has no drivers is refused while it still runs', async () => {
  const vm = await start('driverless');
  const parked = await stage.parked(vm);
  expect(parked.attention).toMatchObject({ phase: 'volumes', failure: { kind: 'GuestDriversMissing' } });
  expect((await stage.source.power(vm.moref)).state).toBe('poweredOn');
});

test('killed at five stages, its disk is each time as it was copied, and in the end it boots', async () => {
  const vm = await start('killed', { convertAttempts: 1 });
  const handle = await stage.whole.drover.vm('killed');
  const base = baseNameOf(await stage.state(vm));
  for (const [kills, [words, seconds]] of KILLS.entries()) {
    await untilStage(stage.admin, base, { attempt: kills + 1, words });
    // Into the stage, which has no event of its own to wait for.
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    killConversion(base);
    const parked = await stage.parked(vm);
    expect(parked.attention).toMatchObject({ phase: 'convert', failure: { kind: 'ConversionLost' } });
    expect(await equalToSource(parked)).toEqual([true]);
    await handle.retry(WHO);
  }
  const result = await stage.result(vm);
  expect(result).toMatchObject({ outcome: 'succeeded', conversion: { converted: true } });
  expect(result.proof?.evidence).toMatch(/Debian GNU\/Linux 12/);
});
