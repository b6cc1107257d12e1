/** A source that runs while its disks are copied: its copies are worth nothing, and its target must not run. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { sourceFile } from '../../lab/verify';
import type { VmState } from '../../workflows/temporal-api';
import { plan, vm } from './site';
import { LAB_TIMEOUT_MS, Stage, type StartedVm } from './stage';

const SIZE = 16 * 1024 * 1024;

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open([vm('left-on', ['block', 'array']), vm('flickered', ['files', 'array'])]);
}, LAB_TIMEOUT_MS);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

/** What a guest that runs does to its disks. */
function writeAsGuest({ disks }: VmState): void {
  for (const { path } of disks) {
    const file = openSync(sourceFile(stage.whole.lab.state, path), 'r+');
    writeSync(file, 'written by the guest', 4096);
    closeSync(file);
  }
}

async function bootDuringCopy(started: StartedVm, stays: boolean): Promise<void> {
  writeAsGuest(await stage.copying(started));
  await stage.source.turnOn(started.moref);
  if (!stays) await stage.source.turnOff(started.moref);
}

test('a source that is started during a copy is noticed, stopped again, and copied again from its first byte', async () => {
  const { array, source, whole } = stage;
  // No copy ends before its source was started.
  await array.hold('left-on', 'flickered');
  const manifests = plan(whole.lab.state, ['left-on', 'flickered'], { name: 'safety' });
  const { wave, vm: named } = await stage.start(manifests);
  const vms = [named('left-on'), named('flickered')];
  await Promise.all([bootDuringCopy(named('left-on'), true), bootDuringCopy(named('flickered'), false)]);
  await array.release();

  for (const parked of await Promise.all(vms.map((each) => stage.parked(each)))) {
    expect(parked).toMatchObject({ phase: 'copy', attention: { failure: { kind: 'SourceRanMeanwhile' } } });
    expect(parked.disks.map(({ phase }) => phase)).toEqual(['waiting', 'waiting']);
  }
  expect((await source.power(named('left-on').moref)).state).toBe('poweredOn');
  expect(stage.made().filter((object) => object.startsWith('virtualmachine'))).toEqual([]);
  const before = await array.counters();

  for (const { name } of vms) {
    expect(await whole.run('retry', name, '--why', 'it stays off now')).toMatchObject({ code: 0 });
  }
  expect((await wave.result()).succeeded).toBe(true);

  const after = await array.counters();
  for (const each of vms) {
    const result = await stage.result(each);
    expect((await source.power(each.moref)).state).toBe('poweredOff');
    expect(await stage.verdicts(result)).toEqual(Array(2).fill({ equal: true, bytes: SIZE }));
    const imported = result.disks.find(({ method }) => method === 'import')?.volumeName ?? '';
    const claim = `migrated/${imported}`;
    expect((after.imports[claim] ?? 0) - (before.imports[claim] ?? 0)).toBe(SIZE);
  }
  // The array's copies have an id for each filling of a volume: all of it was done anew, under another one.
  const anew = Object.keys(after.copies).filter((id) => !(id in before.copies));
  expect(anew.map((id) => after.copies[id])).toEqual([SIZE, SIZE]);
});
