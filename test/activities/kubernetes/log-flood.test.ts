/** A plugin may print as much as it likes: what is held of it at any time, and kept at its end, is little. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ApiClient } from '../../../activities/kubernetes/api/api-client';
import { ContainerLog } from '../../../activities/kubernetes/pods/container-log';
import { gatherEvidence } from '../../../activities/kubernetes/copies/copy-log';
import type { Pod } from '../../../activities/kubernetes/api/kinds';
import { PLUGIN_CONTAINER } from '../../../activities/kubernetes/objects/plugin-job';

const MIB = 2 ** 20;
const FLOOD = 100 * MIB;
/** Of lines that are cut at 64 KiB, some hundreds at most. */
const HELD = 40 * MIB;
const KEPT = 64 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const POD = {
  metadata: { name: 'web-copy-1', namespace: 'migrated', uid: 'u' },
  spec: { containers: [{ name: PLUGIN_CONTAINER }] },
  status: {
    containerStatuses: [{ name: PLUGIN_CONTAINER, imageID: 'i', state: { terminated: { exitCode: 1 } } }],
  },
} as unknown as Pod;

/** A log of these pieces over and over; tells the most that was held while it was read. */
class Flood {
  peak = 0;
  private readonly before = Flood.inUse();

  constructor(private readonly piece: string) {}

  async *read(): AsyncGenerator<Buffer> {
    for (let sent = 0; sent < FLOOD; sent += this.piece.length) {
      if (sent % (10 * MIB) < this.piece.length) this.peak = Math.max(this.peak, Flood.inUse() - this.before);
      yield Buffer.from(this.piece);
    }
  }

  private static inUse(): number {
    collectGarbage();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  }
}

const apiOf = (flood: Flood) => ({ openLog: () => Promise.resolve(flood.read()) }) as unknown as ApiClient;

const PIECES: [string, string][] = [
  ['one line without end', 'x'.repeat(MIB)],
  ['lines', `${'x'.repeat(1_000)}\n`.repeat(1_000)],
  ['documents', `${JSON.stringify({ bytesDone: 1, note: 'x'.repeat(50_000) })}\n`.repeat(20)],
];

test.each(PIECES)(
  'a log of 100 MiB of %s is read in little memory, and its end is kept',
  async (_, piece) => {
    const flood = new Flood(piece);
    const { log } = await gatherEvidence(apiOf(flood), POD, { mask: (text) => text, bytes: null });
    expect(flood.peak).toBeLessThan(HELD);
    expect(log.length).toBeLessThanOrEqual(200);
    expect(Buffer.byteLength(log.join('\n'))).toBeLessThanOrEqual(KEPT);
  },
);

test.each(PIECES)('progress is read out of 100 MiB of %s in little memory', async (_, piece) => {
  const flood = new Flood(piece);
  let documents = 0;
  await new ContainerLog(apiOf(flood), PLUGIN_CONTAINER, () => documents++).readNow(POD);
  expect(flood.peak).toBeLessThan(HELD);
  expect(documents > 0).toBe(piece.startsWith('{'));
});
