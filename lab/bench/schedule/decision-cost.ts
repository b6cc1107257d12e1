/** What one decision of the core costs while very many disks wait. */
import { decide, type HolderId } from '../../../workflows/transfer-slots/decide';
import { needsOfImport, type Limits } from '../../../workflows/transfer-slots/resources';
import { newSlots } from '../../../workflows/transfer-slots/state';
import { Random } from '../../random';

const DISKS_OF_A_VM = 10;
const DECISIONS = 200;
/** One host has one slot, so that each release grants one disk and all others go on waiting. */
const LIMITS: Limits = {
  kinds: { host: 1, datastore: 50, vcenter: 48, 'storage-class': 200, plugin: 8, conversions: 20 },
  resources: {},
};

/** @returns microseconds of one decision (a release, and the grant that follows), as a mean */
export function decisionMicroseconds(waiting: number, seed: number): number {
  const random = new Random(seed);
  const slots = newSlots(LIMITS);
  const holders = Array.from({ length: waiting / DISKS_OF_A_VM }, (_, number) => ({
    workflowId: `vm-${number}`,
    runId: 'first',
  }));
  const held: { holder: HolderId; key: string }[] = [];
  for (const holder of holders) {
    const host = `host-${Math.floor(random.next() * 64)}`;
    const wants = Array.from({ length: DISKS_OF_A_VM }, (_, disk) => ({
      key: String(disk),
      needs: needsOfImport({
        vcenter: 'vcenter',
        host,
        datastore: `datastore-${Math.floor(random.next() * 32)}`,
        cluster: 'target',
        storageClass: 'block',
      }),
      seconds: Math.round(random.between(60, 36_000)),
    }));
    const ask = { kind: 'ask' as const, holder, priority: 0, isOff: false, maxConcurrentDisks: 4, wants };
    held.push(...decide(slots, ask, 0));
  }
  const begun = process.hrtime.bigint();
  let decisions = 0;
  for (; decisions < DECISIONS && held.length > 0; decisions += 1) {
    const { holder, key } = held.shift()!;
    held.push(...decide(slots, { kind: 'release', holder, keys: [key] }, decisions));
  }
  return Number(process.hrtime.bigint() - begun) / 1_000 / decisions;
}
