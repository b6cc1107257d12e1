import { growth, missedBars } from '../../../lab/bench/wave/bars';
import type { WaveRow } from '../../../lab/bench/wave/measure';

function row(vms: number, other: Partial<WaveRow> = {}): WaveRow {
  return {
    vms,
    waves: 1,
    seconds: vms,
    vmsPerSecond: 1,
    ownRequests: 50,
    totalRequests: 130,
    requestKinds: {},
    cpu: {},
    histories: [
      {
        type: 'migrateVm',
        runs: vms,
        mostEvents: 65,
        mostBytes: 32_000,
        events: 65 * vms,
        bytes: 32_000 * vms,
      },
    ],
    memory: { most: 400, end: 400 },
    statusSeconds: 0.2,
    ...other,
  };
}

test('a wave that costs each VM as much as a tenth of it misses no bar', () => {
  expect(missedBars([row(100), row(1_000)])).toEqual([]);
  expect(missedBars([row(100), row(1_000, { vmsPerSecond: 0.8, ownRequests: 55 })])).toEqual([]);
});

test('a rate that falls and requests that grow are said', () => {
  expect(missedBars([row(100), row(1_000, { vmsPerSecond: 0.7, ownRequests: 60 })])).toEqual([
    'from 100 to 1000 VMs, the rate falls to 0.70 of what it was; at least 0.8 is wanted',
    'from 100 to 1000 VMs, requests per VM grow to 1.20 times; at most 1.1 is allowed',
  ]);
});

test('a history with too many events, one with too many bytes and a slow status are said, each with its wave', () => {
  const history = { type: 'migrateWave', runs: 1, events: 0, bytes: 0 };
  const large = [
    { ...history, mostEvents: 4_096, mostBytes: 10 },
    { ...history, mostEvents: 10, mostBytes: 4 * 2 ** 20 },
  ];
  expect(missedBars([row(100), row(1_000, { histories: large, statusSeconds: 2.5 })])).toEqual([
    '1000 VMs: a history of migrateWave has 4096 events and 10 B; less than 4096 and 4 MiB are allowed',
    '1000 VMs: a history of migrateWave has 10 events and 4 MiB; less than 4096 and 4 MiB are allowed',
    '1000 VMs: the state of a wave took 2.5 s; less than 2 s are allowed',
  ]);
});

test('growth compares the largest wave with the smallest', () => {
  expect(
    growth([row(1), row(10, { vmsPerSecond: 2 }), row(100, { vmsPerSecond: 3, ownRequests: 25 })]),
  ).toEqual({
    rate: 3,
    requests: 0.5,
  });
});
