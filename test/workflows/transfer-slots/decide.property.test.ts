/** What must hold after any events in any order. A failure prints the shortest list of events that leads to it. */
import fc from 'fast-check';
import { decide } from '../../../workflows/transfer-slots/decide';
import { OVERTAKE_SECONDS } from '../../../workflows/transfer-slots/reservations';
import { DEFAULT_LIMITS, limitOf, type Limits } from '../../../workflows/transfer-slots/resources';
import { fromSaved, toSaved } from '../../../workflows/transfer-slots/saved';
import type { Slots } from '../../../workflows/transfer-slots/state';
import { Books, steps, type Step } from './scenario';

const SCARCE: Limits = {
  kinds: { ...DEFAULT_LIMITS, host: 2, datastore: 2, vcenter: 4, conversions: 1 },
  resources: {},
};

/** After every event of any list of them. */
function always(check: (books: Books, granted: ReturnType<Books['take']>, step: Step) => void): void {
  fc.assert(
    fc.property(steps, (list) => {
      const books = new Books(SCARCE);
      for (const step of list) check(books, books.take(step), step);
    }),
    { seed: 16, numRuns: 1_500 },
  );
}

function throughJson(slots: Slots): Slots {
  return fromSaved(JSON.parse(JSON.stringify(toSaved(slots))) as ReturnType<typeof toSaved>);
}

test('what is granted is within every limit, also where a limit was lowered below what is in use', () => {
  always((books, granted) => {
    for (const { holder, key } of granted) {
      const entry = books.heldBy(holder.workflowId).find((candidate) => candidate.key === key)!;
      for (const resource of entry.needs) {
        expect(books.used(resource)).toBeLessThanOrEqual(limitOf(books.limits, resource));
      }
    }
  });
});

test('what is held and what waits is what was granted and asked for: nothing is lost, doubled or half granted', () => {
  always((books) => {
    const known = [...books.slots.holders.values()].flatMap(({ workflowId, runId, requests }) =>
      [...requests.values()].map(
        ({ key, grantedAt, askedAt, line }) =>
          `${workflowId} ${runId} ${key} ${grantedAt !== null} ${askedAt} ${line.pools.map(({ resource }) => resource).join()}`,
      ),
    );
    const noted = books.entries.map(
      ({ workflowId, runId, key, isHeld, askedAt, needs }) =>
        `${workflowId} ${runId} ${key} ${isHeld} ${askedAt} ${[...needs].sort().join()}`,
    );
    expect(known.sort()).toEqual(noted.sort());
    for (const { resource, used } of books.slots.pools.values()) expect(used).toBe(books.used(resource));
  });
});

test('a disk is granted only to a holder that copies fewer at once than it may', () => {
  always((books, granted) => {
    for (const { holder, key } of granted) {
      const disks = books.heldBy(holder.workflowId).filter((entry) => entry.key !== 'conversion');
      if (key !== 'conversion') expect(disks.length).toBeLessThanOrEqual(disks[0]!.most);
    }
  });
});

test('nothing that waits would fit, apart from one unit of a resource that is kept for one who asked before and is overdue', () => {
  always((books) => {
    const isOverdue = (entry: Books['entries'][number]) => books.now - entry.askedAt >= OVERTAKE_SECONDS;
    for (const entry of books.waiting()) {
      const held = books.heldBy(entry.workflowId);
      const disks = held.filter(({ key }) => key !== 'conversion');
      const mates = books.waiting().filter(({ workflowId }) => workflowId === entry.workflowId);
      // Before a VM begins, its disks wait for the one that it begins with: then some disk of it must find no room.
      const hasBegun = entry.isOff || held.length > 0;
      const waitsForItself = entry.key !== 'conversion' && hasBegun && disks.length >= entry.most;
      const stuck = (candidate: typeof entry) =>
        candidate.needs.some((resource) => {
          const kept = books
            .waiting()
            .some((other) => other !== candidate && isOverdue(other) && other.needs.includes(resource));
          return books.free(resource) <= (kept ? 1 : 0);
        });
      const isStuck = hasBegun || entry.key === 'conversion' ? stuck(entry) : mates.some(stuck);
      expect(waitsForItself || isStuck).toBe(true);
    }
  });
});

test('a resource has at most one unit that is kept, and only for one who is overdue', () => {
  always((books) => {
    for (const entry of books.waiting()) {
      const disks = books.heldBy(entry.workflowId).filter(({ key }) => key !== 'conversion');
      const hasBegun = entry.isOff || books.heldBy(entry.workflowId).length > 0;
      if (!hasBegun || disks.length >= entry.most) continue;
      expect(entry.needs.some((resource) => books.free(resource) <= 1)).toBe(true);
    }
  });
});

test('asking again for what is held or waits grants nothing and changes nothing', () => {
  always((books, _, { event }) => {
    if (event.kind !== 'ask') return;
    const before = JSON.stringify(toSaved(books.slots));
    expect(decide(books.slots, event, books.now)).toEqual([]);
    expect(JSON.stringify(toSaved(books.slots))).toBe(before);
  });
});

test('time alone grants nothing: the same question later has the same answer', () => {
  always((books, _, { event }) => {
    if (event.kind !== 'ask') return;
    expect(decide(throughJson(books.slots), event, books.now + 10 * OVERTAKE_SECONDS)).toEqual([]);
  });
});

test('what a run says whose place another has taken changes nothing', () => {
  always((books) => {
    const before = JSON.stringify(toSaved(books.slots));
    for (const { workflowId } of books.slots.holders.values()) {
      const holder = { workflowId, runId: 'former' };
      expect(decide(books.slots, { kind: 'gone', holder }, books.now)).toEqual([]);
    }
    expect(JSON.stringify(toSaved(books.slots))).toBe(before);
  });
});

test('slots that are saved and read again after every event are the same, and grant the same from then on', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const books = new Books(SCARCE);
      let other = throughJson(books.slots);
      for (const step of list) {
        const grants = books.take(step);
        expect(decide(other, step.event, books.now)).toEqual(grants);
        other = throughJson(other);
        expect(toSaved(other)).toEqual(toSaved(throughJson(books.slots)));
      }
    }),
    { seed: 16, numRuns: 1_500 },
  );
});

test('whoever asks is granted all in the end, when those who hold end: nobody holds anything that two wait for', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const books = new Books(SCARCE);
      for (const step of list) books.take(step);
      books.take({ seconds: 0, event: { kind: 'limits', limits: SCARCE } });
      for (let left = books.entries.length; left > 0; left -= 1) {
        const held = books.entries.find(({ isHeld }) => isHeld);
        expect(held).toBeDefined();
        const { workflowId, runId, key } = held!;
        books.take({ seconds: 60, event: { kind: 'release', holder: { workflowId, runId }, keys: [key] } });
      }
      expect(toSaved(books.slots)).toMatchObject({ resources: [], lines: [], holders: [] });
    }),
    { seed: 16, numRuns: 1_500 },
  );
});
