/** How much `transferSlots` may keep. Temporal takes at most 2 MiB as one message. */
import fc from 'fast-check';
import { bytesOf } from '../../../workflows/fit';
import { readInput } from '../../../workflows/inputs';
import { hear } from '../../../workflows/transfer-slots/hear';
import type { HolderEvent, TellingAsk } from '../../../workflows/transfer-slots/messages';
import { needsOfImport, type Resource } from '../../../workflows/transfer-slots/resources';
import { admit, hasRoomAgain, MOST_TO_WAIT, roomOf } from '../../../workflows/transfer-slots/room';
import { fromSaved, isConsistent, toSaved, type SavedSlots } from '../../../workflows/transfer-slots/saved';
import { newSlots } from '../../../workflows/transfer-slots/state';
import { whomToLookFor } from '../../../workflows/transfer-slots/whom-to-look-for';
import { fuzz } from '../../fuzz/support/fuzz';
import { mutated } from '../../fuzz/support/mutations';

const MESSAGE = 2 * 2 ** 20;
const NOW = 1_790_000_000;
const VCENTER = '6f1c2f53-8a0a-4f6e-9a44-0c7a1c0f4f10';

/** Of a real plan: ids of real lengths, on 64 hosts and 32 datastores. */
function askOf(vm: number, disks: number, change: Partial<TellingAsk> = {}): TellingAsk {
  const places = {
    vcenter: VCENTER,
    host: `esx${vm % 64}.example.com`,
    datastore: `datastore-${vm % 32}`,
    cluster: 'https://api.cluster.example.com:6443',
    storageClass: 'ceph-block',
  };
  return {
    kind: 'ask',
    holder: {
      workflowId: `migrate-vm/${VCENTER}/vm-${10_000 + vm}`,
      runId: `01a226f8-4dfb-7f35-b090-${String(vm).padStart(12, '0')}`,
    },
    priority: 5,
    isOff: false,
    maxConcurrentDisks: 4,
    wants: Array.from({ length: disks }, (_, disk) => ({
      key: `disk-${2000 + disk}`,
      needs: needsOfImport(places),
      seconds: 1_300 + vm,
    })),
    held: [],
    ...change,
  };
}

/** As the workflow hears it. */
function say({ slots, room }: ReturnType<typeof keeper>, event: HolderEvent, now: number): void {
  hear(slots, admit(slots, room, event), now);
}

function keeper(slots = newSlots()) {
  return { slots, room: roomOf(slots) };
}

test.each([
  [10_000, 1],
  [1_000, 10],
])('%d VMs of %d disks each wait at once, and fit into one message', (vms, disks) => {
  const kept = keeper();
  for (let vm = 0; vm < vms; vm += 1) say(kept, askOf(vm, disks), NOW + vm);
  const saved = toSaved(kept.slots);
  const requests = saved.holders.reduce((sum, holder) => sum + holder[7].length, 0);
  expect(requests).toBe(10_000);
  const bytes = bytesOf(saved);
  process.stdout.write(`${vms} VMs of ${disks} disks: ${Math.round(bytes / 1024)} KiB\n`);
  expect(bytes).toBeLessThan(MOST_TO_WAIT);
  expect(kept.room.hasRefused).toBe(false);
  expect(readInput('transferSlots', { saved }).wrong).toBeNull();
});

test('beyond its room it takes nobody new; who waits and who holds stays, and room that comes is offered', () => {
  const kept = keeper();
  let vms = 0;
  while (!kept.room.hasRefused) say(kept, askOf((vms += 1), 4), NOW);
  expect(bytesOf(toSaved(kept.slots))).toBeLessThanOrEqual(MOST_TO_WAIT);
  expect(kept.slots.holders.has(askOf(vms, 4).holder.workflowId)).toBe(false);

  // One that waits asks again, for other needs; one that says that it holds what nobody knows of is believed.
  say(kept, askOf(vms - 1, 4, { priority: 9 }), NOW);
  expect(kept.slots.holders.get(askOf(vms - 1, 4).holder.workflowId)).toMatchObject({ priority: 9 });
  const living = askOf(vms + 1, 2, { held: ['disk-2000'] });
  say(kept, living, NOW);
  expect([...kept.slots.holders.get(living.holder.workflowId)!.requests.keys()]).toEqual(['disk-2000']);

  expect(hasRoomAgain(kept.slots, kept.room)).toBe(false);
  for (let vm = 1; vm < vms / 2; vm += 1) {
    const { holder, wants } = askOf(vm, 4);
    say(kept, { kind: 'release', holder, keys: wants.map(({ key }) => key) }, NOW);
  }
  expect(hasRoomAgain(kept.slots, kept.room)).toBe(true);
  expect(hasRoomAgain(kept.slots, kept.room)).toBe(false);
  say(kept, askOf(vms, 4), NOW);
  expect(kept.slots.holders.has(askOf(vms, 4).holder.workflowId)).toBe(true);
});

test('names as long as they may be, claimed to be held by liars, never make more than a message', () => {
  const kept = keeper();
  const long = (name: string, number: number) => `${name}${number}`.padEnd(200, '\u0001');
  for (let vm = 0; vm < 400; vm += 1) {
    const wants = Array.from({ length: 65 }, (_, disk) => ({
      key: long('key', disk),
      needs: [`host/${long('resource', vm * 65 + disk)}` as Resource],
      seconds: null,
    }));
    say(kept, askOf(vm, 0, { wants, held: wants.map(({ key }) => key) }), NOW);
  }
  expect(kept.room.hasRefused).toBe(true);
  expect(bytesOf(toSaved(kept.slots))).toBeLessThan(MESSAGE - 280 * 1024);
});

test('what is counted is never less than what is kept', () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
  const asks = fc.record({
    vm: fc.nat(5),
    wants: fc.uniqueArray(fc.record({ key: text, name: text }), { selector: ({ key }) => key, maxLength: 4 }),
    held: fc.boolean(),
    releases: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(asks, { maxLength: 20 }), (list) => {
      const kept = keeper();
      for (const { vm, wants, held, releases } of list) {
        const ask = askOf(vm, 0, {
          wants: wants.map(({ key, name }) => ({ key, needs: [`plugin/${name}`], seconds: null })),
          held: held ? wants.map(({ key }) => key) : [],
        });
        say(kept, ask, NOW);
        if (releases)
          say(kept, { kind: 'release', holder: ask.holder, keys: wants.map(({ key }) => key) }, NOW);
        expect(bytesOf(toSaved(kept.slots))).toBeLessThanOrEqual(kept.room.bytes);
      }
    }),
    { seed: 16, numRuns: 500 },
  );
});

const small = keeper();
for (const vm of [1, 2, 3]) say(small, askOf(vm, 2), NOW);
const SAVED = JSON.parse(JSON.stringify(toSaved(small.slots))) as SavedSlots;

fuzz(
  'whatever transferSlots is to begin with is refused, or can be gone on with',
  mutated([{ saved: SAVED }]),
  (sent) => {
    const { value } = readInput('transferSlots', JSON.parse(JSON.stringify(sent ?? null)));
    const { saved } = (value ?? {}) as { saved?: SavedSlots };
    if (saved !== undefined) expect(isConsistent(toSaved(fromSaved(saved)))).toBe(true);
  },
);

test('all that hold are looked for each time, and of those who only wait 500: each within so many looks', () => {
  const kept = keeper();
  for (let vm = 0; vm < 1_300; vm += 1) say(kept, askOf(vm, 1), NOW);
  const holding = [...kept.slots.holders.values()].filter(({ requests }) =>
    [...requests.values()].some(({ grantedAt }) => grantedAt !== null),
  );
  expect(holding.length).toBeGreaterThan(0);
  const seen = new Set<string>();
  let next = 0;
  for (let look = 0; look < 3; look += 1) {
    const found = whomToLookFor(kept.slots, next);
    expect(found.holders.length).toBeLessThanOrEqual(holding.length + 500);
    for (const { workflowId } of holding)
      expect(found.holders.map((one) => one.workflowId)).toContain(workflowId);
    for (const { workflowId } of found.holders) seen.add(workflowId);
    next = found.next;
  }
  expect(seen.size).toBe(1_300);
});
