/** Forty disks of one plan, over three datastores: by two vendors' plugins, by import, and by import after a plugin. */
import {
  type ApiObject,
  DATA_VOLUMES,
  JOBS,
  type Kind,
  PERSISTENT_VOLUMES,
  PODS,
  SECRETS,
  VOLUME_CLAIMS,
} from '../../activities/kubernetes/api/kinds';
import type { DiskSpec, VmSpec } from '../../lab/vcenter-spec';
import type { DiskState } from '../../workflows/temporal-api';
import { eventuallyPasses } from '../support/eventually';
import { EXTENT_MIB, plan, planFile, ROUTES, type Route, TARGET_NAMESPACE, vm } from './site';
import { LAB_TIMEOUT_MS, Stage, type StartedVm } from './stage';

const MIB = 1024 * 1024;
/** Not made up of extents: its plugin refuses the disk. */
const ODD_MIB = EXTENT_MIB + 2;
const ORDER: readonly Route[] = ['block', 'array', 'array', 'extents', 'extents'];
const NAMES = Array.from({ length: 8 }, (_, index) => `mixed-${index}`);
/** Of these the second of two disks of the other vendor's is refused. */
const ODD = ['mixed-1', 'mixed-4', 'mixed-6'];

/** Two run, six are off. In one of them is a disk that only a plugin may copy. */
function mixed(name: string, index: number): VmSpec {
  const disks = ORDER.map((route, place): DiskSpec => {
    const sizeMiB = place === 4 && ODD.includes(name) ? ODD_MIB : EXTENT_MIB;
    return { datastore: ROUTES[route], sizeMiB, bus: 'scsi' };
  });
  if (name === 'mixed-5') disks[3] = { ...disks[3]!, mode: 'independent_persistent' };
  return { ...vm(name, []), powerState: index < 2 ? 'poweredOn' : 'poweredOff', disks };
}

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open([
    ...NAMES.map(mixed),
    vm('alone', ['block', 'array', 'extents'], { sizeMiB: ODD_MIB }),
  ]);
}, LAB_TIMEOUT_MS);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

/** How each disk was copied in the end, and what its plugin had ended with before. */
function ways(disks: readonly DiskState[]): string[] {
  return disks.map(({ method, attempts, fellBack }) =>
    fellBack === undefined ? `${method} ${attempts}` : `${method} after ${fellBack.kind}`,
  );
}

/** Where a disk's volume can be used, as its PersistentVolume says. */
async function zoneOf({ volumeName: name }: DiskState): Promise<unknown> {
  const { spec } = await stage.admin.get(VOLUME_CLAIMS, { name, namespace: TARGET_NAMESPACE });
  const volume = await stage.admin.get(PERSISTENT_VOLUMES, { name: spec?.volumeName ?? '' });
  return volume.spec?.nodeAffinity;
}

async function namesOf(kind: Kind<ApiObject>): Promise<string[]> {
  const { items } = await stage.admin.list(kind, { namespace: TARGET_NAMESPACE });
  return items.map(({ metadata }) => metadata?.name ?? '').sort();
}

test('forty disks go four ways at once, every byte arrives, and nothing is left', async () => {
  const { whole, array } = stage;
  await array.breakNextCopyOf('[san-1] mixed-2/mixed-2_1.vmdk', 'the array was busy');
  await array.breakCopiesOf('[san-1] mixed-3/mixed-3_2.vmdk', 'LUN 7 is broken');
  const manifests = plan(whole.lab.state, NAMES, {
    name: 'forty',
    offload: { fallback: 'import', supports: ['independent'] },
    drover: { copyAttempts: 2 },
    skipConversion: true,
  });

  const file = planFile(whole.lab.state, manifests);

  const checked = await whole.run('plan', 'check', '-f', file);
  // All that have a plugin, but for the independent one, which an import would not copy right.
  expect(checked.stdout.match(/plugin, else import/g)).toHaveLength(8 * 4 - 1);
  const watched = await whole.run('migrate', '-f', file, '--watch');

  expect(watched).toMatchObject({ code: 0, stderr: '' });
  const wave = whole.drover.migration({ namespace: 'openshift-mtv', name: 'forty' });
  const { vms } = await wave.state();
  const results = new Map(
    await Promise.all(vms.map(async (one) => [one.name, await stage.result(one)] as const)),
  );
  const attempts = results.get('mixed-3')?.disks[2]?.attemptLog;
  expect(attempts?.map(({ method, outcome }) => `${method} ${outcome}`)).toEqual([
    'plugin failed',
    'plugin failed',
    'import copied',
  ]);
  const usual = ['import 1', 'plugin 1', 'plugin 1', 'plugin 1', 'plugin 1'];
  const refused = [...usual.slice(0, 4), 'import after CopyRefused'];
  expect(Object.fromEntries([...results].map(([name, { disks }]) => [name, ways(disks)]))).toEqual({
    'mixed-0': usual,
    'mixed-1': refused,
    'mixed-2': usual.with(1, 'plugin 2'),
    'mixed-3': usual.with(2, 'import after CopyFailed'),
    'mixed-4': refused,
    'mixed-5': usual,
    'mixed-6': refused,
    'mixed-7': usual,
  });
  expect(watched.stdout).toContain(
    'mixed-3 disk 2: import after CopyFailed: the plugin failed: LUN 7 is broken',
  );
  for (const [disk, why] of [
    ['mixed-2 disk 1', 'the array was busy'],
    ['mixed-3 disk 2', 'LUN 7 is broken'],
  ])
    expect(watched.stdout).toContain(`${disk}: attempt 1 failed: the plugin failed: ${why}\n`);
  for (const name of ODD) {
    const report = `${name} disk 4: import after CopyRefused: the plugin failed: the array copies extents of 4 MiB`;
    expect(watched.stdout.split(report)).toHaveLength(3);
  }
  expect((await whole.run('status', 'mixed-1')).stdout).toMatch(
    /import +copied .* import after CopyRefused: /,
  );

  // The class is zonal: the volume that was made later is where the VM's others are.
  const [, kept, anew] = results.get('mixed-3')?.disks ?? [];
  expect(await zoneOf(anew!)).toEqual(await zoneOf(kept!));
  expect(await zoneOf(anew!)).toMatchObject({ required: expect.anything() });

  const volumes: string[] = [];
  for (const [name, result] of results) {
    const sizes = result.disks.map(
      (_, index) => (index === 4 && ODD.includes(name) ? ODD_MIB : EXTENT_MIB) * MIB,
    );
    expect(await stage.verdicts(result)).toEqual(sizes.map((bytes) => ({ equal: true, bytes })));
    volumes.push(...result.disks.map(({ volumeName }) => volumeName));
  }
  expect(volumes).toHaveLength(40);
  await eventuallyPasses(async () => {
    expect(await namesOf(VOLUME_CLAIMS)).toEqual(volumes.sort());
    expect(await stage.persistentVolumes()).toHaveLength(40);
    for (const kind of [JOBS, DATA_VOLUMES, SECRETS]) expect(await namesOf(kind)).toEqual([]);
    expect((await namesOf(PODS)).filter((name) => !name.startsWith('virt-launcher-'))).toEqual([]);
  });
  expect(await array.running()).toEqual([]);
});

test('without a fallback the same refusal parks, and an abort leaves the source on and nothing of ours', async () => {
  const { whole, array } = stage;
  const before = await stage.contents();
  const { wave, vm: named } = await stage.start(plan(whole.lab.state, ['alone']));
  const alone: StartedVm = named('alone');

  const parked = await stage.parked(alone);

  expect(parked.attention).toMatchObject({ phase: 'copy', failure: { kind: 'CopyRefused' } });
  expect(ways(parked.disks)).toEqual(['import 1', 'plugin 1', 'plugin 1']);
  expect(await stage.verdicts({ ...parked, disks: parked.disks.slice(0, 2) })).toEqual(
    Array(2).fill({ equal: true, bytes: ODD_MIB * MIB }),
  );
  expect(await whole.run('abort', 'alone', '--why', 'it stays where it is')).toMatchObject({ code: 0 });
  await wave.result();

  expect(await stage.result(alone)).toMatchObject({ outcome: 'aborted', left: [] });
  expect((await stage.source.power(alone.moref)).state).toBe('poweredOn');
  expect(await stage.contents()).toEqual(before);
  await eventuallyPasses(async () => expect(await stage.persistentVolumes()).toHaveLength(40));
  expect(await array.running()).toEqual([]);
});
