import fc from 'fast-check';
import {
  type Adoption,
  judgeLeftBehind,
  type JudgedLeftOver,
  judgeLeftOver,
  type LeftBehind,
  type LeftVolume,
  type SourceNow,
} from '../../plan/adoption';
import { fileOf, type VolumeEvidence } from '../../plan/copy-evidence';
import type { FrozenVm } from '../../plan/frozen';
import { conversionId } from '../../plan/names';
import { BY_IMPORT, BY_PLUGIN, frozenVm } from '../support/frozen-vm';

const POWERED_ON = '2026-01-01T08:00:00Z';

const vm: FrozenVm = frozenVm({ methods: [BY_IMPORT, BY_PLUGIN] });

function evidenceOf(index: number): VolumeEvidence {
  return {
    claimUid: `uid-${index}`,
    instanceUuid: vm.vm.instanceUuid,
    disk: diskNow(index),
    off: { bootTime: null, lastPowerOn: POWERED_ON },
    source: { ranAtStart: true, stoppedByUs: true, stoppedAt: '2026-01-01T09:00:00.000Z' },
  };
}

function diskNow(index: number) {
  const disk = vm.disks[index]!;
  const { key, serial, capacityBytes } = disk;
  return { key, serial, file: fileOf(disk), capacityBytes, changeId: '52 de c0/7' };
}

function volumeOf(index: number): LeftVolume {
  const { key, requestBytes, storageClass, volumeMode, volumeName } = vm.disks[index]!;
  return {
    name: volumeName,
    uid: `uid-${index}`,
    isUsable: true,
    diskKey: key,
    storageClass,
    volumeMode,
    requestBytes,
    state: 'copied',
    copyId: `copy-${index}`,
    evidence: evidenceOf(index),
    isImported: index === 0,
  };
}

function source(change: Partial<SourceNow> = {}): SourceNow {
  return {
    instanceUuid: vm.vm.instanceUuid,
    power: { state: 'poweredOff', bootTime: null, lastPowerOn: POWERED_ON },
    disks: [diskNow(0), diskNow(1)],
    ...change,
  };
}

function left(change: Partial<LeftBehind> = {}): LeftBehind {
  return {
    volumes: [volumeOf(0), volumeOf(1)],
    scratch: { uid: 'uid-scratch', conversionId: '' },
    conversionAttempts: 0,
    machine: null,
    hasMore: false,
    ...change,
  };
}

function withFirst(change: Partial<LeftVolume>): LeftBehind {
  return left({ volumes: [{ ...volumeOf(0), ...change }, volumeOf(1)] });
}

function withEvidence(change: Partial<VolumeEvidence>): LeftBehind {
  return withFirst({ evidence: { ...evidenceOf(0), ...change } });
}

const kept = ({ disks }: Adoption) => disks.map(({ copyId }) => copyId);

test('what is proven is kept, with how the source was left', () => {
  const adoption = judgeLeftBehind(vm, left(), source());
  expect(kept(adoption)).toEqual(['copy-0', 'copy-1']);
  expect(adoption).toMatchObject({
    conversion: null,
    source: { ...evidenceOf(0).source, off: evidenceOf(0).off },
    disks: [
      { index: 0, isImported: true },
      { index: 1, isImported: false },
    ],
  });
});

const disk = (change: object) => ({ disk: { ...evidenceOf(0).disk, ...change } });

test.each<[string, LeftBehind, SourceNow, string]>([
  ['its volume is gone', left({ volumes: [volumeOf(1)] }), source(), 'it has no volume'],
  [
    'its volume is being removed',
    withFirst({ isUsable: false }),
    source(),
    'is not bound, or is being removed',
  ],
  ['its volume is of another disk', withFirst({ diskKey: 2001 }), source(), 'is labelled for disk 2001'],
  ['the plan wants another class', withFirst({ storageClass: 'slow' }), source(), 'of storage class slow'],
  ['the plan wants another mode', withFirst({ volumeMode: 'Filesystem' }), source(), 'of mode Filesystem'],
  ['its volume is too small', withFirst({ requestBytes: 1 }), source(), 'asked for 1 bytes'],
  ['its marker is gone', withFirst({ state: null }), source(), 'does not say that it was copied to the end'],
  [
    'its copy id is gone',
    withFirst({ copyId: null }),
    source(),
    'does not say that it was copied to the end',
  ],
  [
    'an older version copied it',
    withFirst({ evidence: null }),
    source(),
    'does not say what it was copied from',
  ],
  ['its proof is garbled', withFirst({ evidence: 'unreadable' }), source(), 'can not be read'],
  ['its volume was replaced', withFirst({ uid: 'uid-new' }), source(), 'was made anew'],
  ['it is of another VM', withEvidence({ instanceUuid: 'other' }), source(), 'copied from another VM'],
  ['the moref is another VM now', left(), source({ instanceUuid: 'other' }), 'copied from another VM'],
  ['the source has lost the disk', left(), source({ disks: [diskNow(1)] }), 'has no such disk now'],
  [
    'another disk was copied',
    withEvidence(disk({ file: 'ssd-1 web/old.vmdk' })),
    source(),
    'its file was ssd-1 web/old.vmdk',
  ],
  ['the disk has another UUID', withEvidence(disk({ serial: '6000c29' })), source(), 'its UUID was 6000c29'],
  [
    'the disk has grown',
    withEvidence(disk({ capacityBytes: 1024 })),
    source(),
    'its capacity in bytes was 1024',
  ],
  [
    'the disk was written to',
    withEvidence(disk({ changeId: '52 de c0/6' })),
    source(),
    'its change id was 52 de c0/6',
  ],
  [
    'a snapshot was made',
    left(),
    source({ disks: [{ ...diskNow(0), file: 'ssd-1 web/web-0-000001.vmdk' }, diskNow(1)] }),
    'and is ssd-1 web/web-0-000001.vmdk',
  ],
])('a disk is copied again where %s', (_, found, now, why) => {
  const adoption = judgeLeftBehind(vm, found, now);
  expect(adoption.disks[0]?.why).toContain(why);
  expect(adoption.disks[0]?.copyId).toBeNull();
});

test.each<[string, SourceNow['power'], string]>([
  ['runs', { state: 'poweredOn', bootTime: null, lastPowerOn: POWERED_ON }, 'the source is poweredOn'],
  [
    'is suspended',
    { state: 'suspended', bootTime: null, lastPowerOn: POWERED_ON },
    'the source is suspended',
  ],
  [
    'ran meanwhile',
    { state: 'poweredOff', bootTime: null, lastPowerOn: '2026-01-01T11:00:00Z' },
    "vCenter's last power-on is 2026-01-01T11:00:00Z",
  ],
  [
    'has another boot time',
    { state: 'poweredOff', bootTime: '2026-01-01T11:00:00Z', lastPowerOn: POWERED_ON },
    "vCenter's boot time is 2026-01-01T11:00:00Z",
  ],
  [
    'may have run: vCenter has forgotten',
    { state: 'poweredOff', bootTime: null, lastPowerOn: null },
    'vCenter knows no last power-on any more',
  ],
])('no disk is kept where the source %s', (_, power, why) => {
  const adoption = judgeLeftBehind(vm, left(), source({ power }));
  expect(kept(adoption)).toEqual([null, null]);
  expect(adoption.disks[0]?.why).toContain(why);
  expect(adoption.source).toBeNull();
});

test('silence of vCenter at both times proves nothing', () => {
  const off = { bootTime: null, lastPowerOn: null };
  const volumes = [0, 1].map((index) => ({ ...volumeOf(index), evidence: { ...evidenceOf(index), off } }));
  const power = { state: 'poweredOff' as const, ...off };
  const adoption = judgeLeftBehind(vm, left({ volumes }), source({ power }));
  expect(kept(adoption)).toEqual([null, null]);
  expect(adoption.disks[0]?.why).toContain('nothing shows that the source has been off since');
});

test('the moment of a power-on may be written in another way', () => {
  const power = { state: 'poweredOff' as const, bootTime: null, lastPowerOn: '2026-01-01T09:00:00+01:00' };
  expect(kept(judgeLeftBehind(vm, left(), source({ power })))).toEqual(['copy-0', 'copy-1']);
});

// ---- Conversions ----------------------------------------------------------------------------------------------

const ID = conversionId(vm, ['copy-0', 'copy-1']);
const SCRATCH = { uid: 'uid-scratch', conversionId: ID };
const converting = () => [0, 1].map((index): LeftVolume => ({ ...volumeOf(index), state: 'converting' }));

test('a conversion that no Pod has begun leaves the disks as they were copied', () => {
  const adoption = judgeLeftBehind(vm, left({ volumes: converting() }), source());
  expect(kept(adoption)).toEqual(['copy-0', 'copy-1']);
  expect(adoption.conversion).toBeNull();
});

test.each(['converting', 'converted'] as const)(
  'a conversion whose disks are %s goes on from its journal',
  (state) => {
    const volumes = converting().map((volume) => ({ ...volume, state }));
    const found = left({ volumes, scratch: SCRATCH, conversionAttempts: 2 });
    const adoption = judgeLeftBehind(vm, found, source());
    expect(kept(adoption)).toEqual(['copy-0', 'copy-1']);
    expect(adoption.conversion).toEqual({ id: ID, scratchUid: 'uid-scratch', attempts: 2 });
  },
);

test.each<[string, FrozenVm, Partial<LeftBehind>]>([
  ['its scratch volume is gone', vm, { scratch: null }],
  ['its scratch volume is of other copies', vm, { scratch: { uid: 'u', conversionId: 'other' } }],
  ['the plan converts no more', { ...vm, conversion: null }, { scratch: SCRATCH }],
  [
    'one of its disks is not proven',
    vm,
    { scratch: SCRATCH, volumes: [{ ...converting()[0]!, uid: 'uid-new' }, converting()[1]!] },
  ],
])('no disk of a begun conversion is kept where %s', (_, planned, change) => {
  const adoption = judgeLeftBehind(planned, left({ volumes: converting(), ...change }), source());
  expect(kept(adoption)).toEqual([null, null]);
  expect(adoption.conversion).toBeNull();
  expect(adoption.disks[1]?.why).toContain('a conversion may have changed it');
});

// ---- The target VM --------------------------------------------------------------------------------------------

const machine = { name: 'web', isWhole: true, mayHaveRun: null };

test.each<[string, Partial<LeftBehind>, JudgedLeftOver['refusal']]>([
  ['there is none', {}, null],
  ['it never ran, and all its disks are proven', { machine }, null],
  ['it never ran, and lacks disks', { machine: { ...machine, isWhole: false }, volumes: [] }, null],
  [
    'it may have run',
    { machine: { ...machine, mayHaveRun: 'its spec was changed' } },
    { kind: 'TargetUnclear', why: expect.stringContaining('may have run since it was made') as string },
  ],
  [
    'it is half made and may have run',
    { machine: { ...machine, isWhole: false, mayHaveRun: 'its spec was changed' } },
    { kind: 'TargetLeftOver', why: expect.stringContaining('nothing of it is adopted') as string },
  ],
  [
    'it is whole, and a disk is not proven',
    { machine, volumes: [volumeOf(0)] },
    {
      kind: 'TargetUnclear',
      why: expect.stringContaining('disk 1 is not proven: it has no volume') as string,
    },
  ],
])('of the target VM: %s', (_, change, verdict) => {
  const found = left(change);
  expect(judgeLeftOver(vm, found, source())?.refusal).toEqual(verdict);
});

test('where nothing is left there is nothing to judge', () => {
  expect(judgeLeftOver(vm, left({ volumes: [], scratch: null }), source())).toBeNull();
});

// ---- Any world ------------------------------------------------------------------------------------------------

/** A piece of the proof, as it should be or in any other way. */
const maybe = <T>(right: T, ...wrong: T[]) =>
  fc.oneof({ weight: 40, arbitrary: fc.constant(right) }, ...wrong.map((one) => fc.constant(one)));

const anyVolume = (index: number): fc.Arbitrary<LeftVolume> =>
  fc.record({
    name: fc.constant(vm.disks[index]!.volumeName),
    uid: maybe(`uid-${index}`, 'uid-new'),
    isUsable: maybe(true, false),
    diskKey: maybe<number | null>(vm.disks[index]!.key, null, 7),
    storageClass: maybe<string | null>('fast-block', null, 'slow'),
    volumeMode: maybe<string | null>('Block', 'Filesystem'),
    requestBytes: maybe<number | null>(vm.disks[index]!.requestBytes, null, 1),
    state: fc.constantFrom('copied' as const, 'converting' as const, 'converted' as const, null),
    copyId: maybe<string | null>(`copy-${index}`, null),
    evidence: maybe<LeftVolume['evidence']>(
      evidenceOf(index),
      null,
      'unreadable',
      { ...evidenceOf(index), instanceUuid: 'other' },
      { ...evidenceOf(index), off: { bootTime: null, lastPowerOn: null } },
      { ...evidenceOf(index), disk: { ...diskNow(index), capacityBytes: 1 } },
    ),
    isImported: fc.boolean(),
  });

const anyLeft = fc.record({
  volumes: fc.tuple(anyVolume(0), anyVolume(1)).chain((all) => fc.oneof(fc.constant(all), fc.subarray(all))),
  scratch: fc.constantFrom(
    null,
    SCRATCH,
    { uid: 'u', conversionId: '' },
    { uid: 'u', conversionId: 'other' },
  ),
  conversionAttempts: fc.nat(3),
  machine: fc.constant(null),
  hasMore: fc.boolean(),
});

const anySource = fc.record({
  instanceUuid: maybe(vm.vm.instanceUuid, 'other'),
  power: fc.record({
    state: maybe<SourceNow['power']['state']>('poweredOff', 'poweredOn', 'suspended'),
    bootTime: maybe<string | null>(null, '2026-01-01T11:00:00Z'),
    lastPowerOn: maybe<string | null>(POWERED_ON, null, '2026-01-01T11:00:00Z'),
  }),
  disks: maybe([diskNow(0), diskNow(1)], [diskNow(1)], [diskNow(1), { ...diskNow(0), file: 'elsewhere' }]),
});

test('nothing is kept of which any piece of the proof is missing or differs', () => {
  let some = 0;
  fc.assert(
    fc.property(anyLeft, anySource, (found, now) => {
      const adoption = judgeLeftBehind(vm, found, now);
      expect(adoption.disks).toHaveLength(vm.disks.length);
      for (const { copyId, index, why } of adoption.disks) {
        expect(why).not.toBe('');
        if (copyId === null) continue;
        some += 1;
        expect(found.volumes).toContainEqual({
          ...volumeOf(index),
          state: expect.any(String) as string,
          isImported: expect.any(Boolean) as boolean,
        });
        expect(now).toMatchObject({ ...source(), disks: expect.arrayContaining([diskNow(index)]) as object });
      }
      expect(adoption.source === null).toBe(adoption.disks.every(({ copyId }) => copyId === null));
    }),
    { seed: 17, numRuns: 3_000 },
  );
  expect(some).toBeGreaterThan(100);
});

test('a disk that a conversion may have changed is kept only together with the whole conversion', () => {
  let some = 0;
  fc.assert(
    fc.property(anyLeft, (found) => {
      const adoption = judgeLeftBehind(vm, found, source());
      const dirty = found.volumes.filter(
        ({ state }) =>
          state === 'converted' || (state === 'converting' && found.scratch?.conversionId !== ''),
      );
      const keptDirty = adoption.disks.filter(
        ({ copyId, index }) =>
          copyId !== null && dirty.some(({ name }) => name === vm.disks[index]!.volumeName),
      );
      if (adoption.conversion === null) expect(keptDirty).toEqual([]);
      else {
        some += 1;
        expect(kept(adoption)).toEqual(['copy-0', 'copy-1']);
        expect(found.scratch?.conversionId).toBe(ID);
      }
    }),
    { seed: 17, numRuns: 3_000 },
  );
  expect(some).toBeGreaterThan(10);
});
