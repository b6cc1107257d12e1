/** The bench's own honesty: a wave and the loop that it is compared with must do the same to the world. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureOverhead, type OverheadRow, type WaveCost } from '../../../lab/bench/overhead';

const VMS = 2;
const DISKS = 2;
/**
 * A claim is changed for its import, as copied, as converting, as its machine's, and as finished. On a busy machine it is
 * changed more often, every five seconds until CDI takes the import up.
 */
const CHANGES_OF_A_CLAIM = 5;
const REMINDERS = 3;
const OF_CLAIMS = 'patch persistentvolumeclaims';

let dir: string;
let wave: OverheadRow;
let loop: WaveCost;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drover-bench-test-'));
  const rows = await measureOverhead({
    dir: join(dir, 'lab'),
    waves: [VMS],
    disks: DISKS,
    copySeconds: 2,
    convertSeconds: 1,
    runContainers: false,
    plainLoop: true,
    log: () => undefined,
  });
  wave = rows[0]!;
  loop = wave.plainLoop!;
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What was asked of the cluster beside reading. */
function writesOf({ requestKinds }: WaveCost): Record<string, number> {
  const isRead = (kind: string) => /^(get|list|watch) /.test(kind);
  return Object.fromEntries(Object.entries(requestKinds).filter(([kind]) => !isRead(kind)));
}

test('a plain loop makes, changes and removes what a wave of the same size does', () => {
  // Each is made twice: first as a dry run.
  expect(writesOf(wave)).toMatchObject({
    'create datavolumes': 2 * DISKS * VMS,
    'create virtualmachines': 2 * VMS,
    'deletecollection jobs': VMS,
  });
  const { [OF_CLAIMS]: byWave, ...ofWave } = writesOf(wave);
  const { [OF_CLAIMS]: byLoop, ...ofLoop } = writesOf(loop);
  expect(ofLoop).toEqual(ofWave);
  for (const count of [byWave, byLoop]) {
    expect(count).toBeGreaterThanOrEqual(CHANGES_OF_A_CLAIM * DISKS * VMS);
    expect(count).toBeLessThanOrEqual((CHANGES_OF_A_CLAIM + REMINDERS) * DISKS * VMS);
  }
});

test('copies and conversions take the time that they were told, and what is beyond is counted', () => {
  for (const cost of [wave, loop]) {
    expect(cost.beyondSeconds).toBeGreaterThan(0);
    expect(cost.seconds).toBeCloseTo(cost.beyondSeconds + 2 + 1);
  }
});

test('only a wave has a history, and only a wave costs Temporal more than its idling', () => {
  expect(wave.historyEvents).toBeGreaterThan(50);
  expect(wave.cpu['temporal']).toBeGreaterThan(2 * loop.cpu['temporal']!);
});
