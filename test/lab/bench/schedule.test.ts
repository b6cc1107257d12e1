import { missedBars } from '../../../lab/bench/schedule/bars';
import { faultsOf } from '../../../lab/bench/schedule/check';
import { makeEstate } from '../../../lab/bench/schedule/estate';
import { FirstCome } from '../../../lab/bench/schedule/first-come';
import type { LogEntry } from '../../../lab/bench/schedule/jobs';
import { measureSchedules } from '../../../lab/bench/schedule/measure';
import { simulate } from '../../../lab/bench/schedule/simulate';
import { DEFAULT_LIMITS } from '../../../workflows/transfer-slots/resources';

const ESTATE = makeEstate({ vms: 20, hosts: 8, datastores: 4, vcenters: 1 }, 1);

function log(): LogEntry[] {
  return simulate(new FirstCome(ESTATE, DEFAULT_LIMITS));
}

function faults(entries: readonly LogEntry[], limits = DEFAULT_LIMITS): string[] {
  return faultsOf(ESTATE, limits, entries);
}

test('200 VMs are moved within a tenth of the least possible time, and no limit is exceeded', () => {
  const rows = measureSchedules([200], [1]);
  expect(rows).toHaveLength(4);
  expect(missedBars(rows)).toEqual([]);
});

test('equal seeds make equal estates and equal results', () => {
  expect(measureSchedules([50], [7])).toEqual(measureSchedules([50], [7]));
  expect(makeEstate(ESTATE.shape, 2)).not.toEqual({ ...ESTATE, seed: 2 });
});

test('a missed bar and a fault are said, each with its estate', () => {
  const [row] = measureSchedules([50], [1]);
  const { drover } = row!.results;
  const bad = { ...row!, results: { ...row!.results, drover: { ...drover, overBound: 1.2, faults: ['x'] } } };
  expect(missedBars([bad])).toEqual([
    '50 VMs, 8 hosts, 4 datastores, seed 1: Drover takes 1.200 times the bound; at most 1.1',
    '50 VMs, 8 hosts, 4 datastores, seed 1: drover: x',
  ]);
});

describe('the checker', () => {
  test('finds nothing wrong with a sound log', () => {
    expect(faults(log())).toEqual([]);
  });

  test('sees a limit that is exceeded', () => {
    expect(faults(log(), { ...DEFAULT_LIMITS, vcenter: 1 })).toContainEqual(
      expect.stringMatching(/^vcenter-0 at 0: 2 use it, 1 may$/),
    );
  });

  test('sees a copy that is missing, one that is made twice, and a conversion before its disks', () => {
    const [first, ...rest] = log();
    const isEndOfFirst = ({ what, job }: LogEntry) =>
      what === 'end' && job.vm === first!.job.vm && job.disk === first!.job.disk;
    const never = faults(log().filter((entry) => !isEndOfFirst(entry)));
    expect(never).toContainEqual(expect.stringMatching(/^vm-0000's disk 0 never ends$/));
    expect(never).toContainEqual(
      expect.stringMatching(/^vm-0000's conversion is started at \d+, before all disks are copied$/),
    );
    expect(faults([first!, first!, ...rest])).toContainEqual(
      expect.stringMatching(/^vm-0000's disk 0 is started again at 0$/),
    );
  });
});
