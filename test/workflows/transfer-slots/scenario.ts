/** What a few migrations may do to the slots, in any order, and books of the test's own about what was granted. */
import fc from 'fast-check';
import {
  decide,
  type Ask,
  type Grant,
  type SlotEvent,
  type Want,
} from '../../../workflows/transfer-slots/decide';
import {
  DEFAULT_LIMITS,
  limitOf,
  type Limits,
  type Resource,
} from '../../../workflows/transfer-slots/resources';
import { newSlots, type Slots } from '../../../workflows/transfer-slots/state';

export type Step = { seconds: number; event: SlotEvent };

export const HOSTS: Resource[] = ['host/a', 'host/b', 'host/c'];
const DATASTORES: Resource[] = ['datastore/x', 'datastore/y'];
const CONVERSIONS: Resource = 'conversions/target';
export const KEYS = ['0', '1', '2', '3', '4'];

const disk = fc.record({
  key: fc.constantFrom(...KEYS),
  needs: fc.tuple(
    fc.constantFrom(...HOSTS),
    fc.constantFrom(...DATASTORES),
    fc.constant<Resource>('vcenter/v'),
  ),
  seconds: fc.option(fc.integer({ min: 0, max: 5_000 })),
});

const conversion = fc.record({
  key: fc.constant('conversion'),
  needs: fc.constant<Resource[]>([CONVERSIONS]),
  seconds: fc.option(fc.integer({ min: 1, max: 900 })),
});

const wants: fc.Arbitrary<Want[]> = fc.oneof(
  { weight: 5, arbitrary: fc.uniqueArray(disk, { minLength: 1, selector: ({ key }) => key }) },
  { weight: 1, arbitrary: fc.tuple(conversion) },
);

const holder = fc.record({
  workflowId: fc.constantFrom('vm-1', 'vm-2', 'vm-3', 'vm-4', 'vm-5', 'vm-6'),
  runId: fc.constantFrom('first', 'first', 'first', 'again'),
});

const ask: fc.Arbitrary<Ask> = fc.record({
  kind: fc.constant('ask' as const),
  holder,
  priority: fc.integer({ min: 0, max: 2 }),
  isOff: fc.boolean(),
  maxConcurrentDisks: fc.integer({ min: 1, max: 3 }),
  wants,
});

const release = fc.record({
  kind: fc.constant('release' as const),
  holder,
  keys: fc.subarray([...KEYS, 'conversion'], { minLength: 1 }),
});

const gone = fc.record({ kind: fc.constant('gone' as const), holder });

/** Few units, so that everything is scarce; with 0 among them. */
const few = fc.integer({ min: 0, max: 3 });

const limits: fc.Arbitrary<Limits> = fc
  .record({
    host: few,
    datastore: few,
    vcenter: fc.integer({ min: 0, max: 5 }),
    conversions: few,
    single: fc.option(few),
  })
  .map(({ single, ...kinds }) => ({
    kinds: { ...DEFAULT_LIMITS, ...kinds },
    resources: single === null ? {} : { 'host/a': single },
  }));

const event: fc.Arbitrary<SlotEvent> = fc.oneof(
  { weight: 6, arbitrary: ask },
  { weight: 6, arbitrary: release },
  { weight: 1, arbitrary: gone },
  { weight: 1, arbitrary: limits.map((value) => ({ kind: 'limits' as const, limits: value })) },
);

/** The time before each event is often long enough for somebody to be overdue. */
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({ seconds: fc.constantFrom(0, 1, 60, 900, 1_800, 4_000), event }),
  { maxLength: 60 },
);

interface Entry {
  workflowId: string;
  runId: string;
  key: string;
  needs: readonly Resource[];
  isOff: boolean;
  most: number;
  askedAt: number;
  isHeld: boolean;
}

/** The slots, and beside them what a reader of events and grants knows. */
export class Books {
  readonly slots: Slots;
  limits: Limits;
  now = 1_000_000;
  entries: Entry[] = [];

  constructor(limits: Limits) {
    this.limits = limits;
    this.slots = newSlots(limits);
  }

  /** @throws Error for a grant that nobody waits for */
  take({ seconds, event }: Step): Grant[] {
    this.now += seconds;
    const grants = decide(this.slots, event, this.now);
    this.note(event);
    for (const grant of grants) {
      const entry = this.entries.find((candidate) => isOf(candidate, grant) && !candidate.isHeld);
      if (entry === undefined) throw new Error(`nobody waits for ${JSON.stringify(grant)}`);
      entry.isHeld = true;
    }
    return grants;
  }

  used(resource: Resource): number {
    return this.entries.filter(({ isHeld, needs }) => isHeld && needs.includes(resource)).length;
  }

  free(resource: Resource): number {
    return limitOf(this.limits, resource) - this.used(resource);
  }

  waiting(): Entry[] {
    return this.entries.filter(({ isHeld }) => !isHeld);
  }

  heldBy(workflowId: string): Entry[] {
    return this.entries.filter((entry) => entry.isHeld && entry.workflowId === workflowId);
  }

  private note(event: SlotEvent): void {
    if (event.kind === 'limits') {
      this.limits = event.limits;
    } else if (event.kind === 'ask') {
      this.ask(event);
    } else {
      const { kind, holder: id } = event;
      const isGone = (key: string) => kind === 'gone' || event.keys.includes(key);
      this.entries = this.entries.filter(
        (entry) => !(isOf(entry, { holder: id, key: entry.key }) && isGone(entry.key)),
      );
    }
  }

  private ask({ holder: { workflowId, runId }, wants: asked, isOff, maxConcurrentDisks: most }: Ask): void {
    this.entries = this.entries.filter((entry) => entry.workflowId !== workflowId || entry.runId === runId);
    for (const { key, needs } of asked) {
      const known = this.entries.find((entry) => entry.workflowId === workflowId && entry.key === key);
      if (known === undefined) {
        this.entries.push({ workflowId, runId, key, needs, isOff, most, askedAt: this.now, isHeld: false });
      } else if (!known.isHeld) known.needs = needs;
    }
    for (const entry of this.entries)
      if (entry.workflowId === workflowId) Object.assign(entry, { isOff, most });
  }
}

function isOf(entry: Entry, { holder: { workflowId, runId }, key }: Grant): boolean {
  return entry.workflowId === workflowId && entry.runId === runId && entry.key === key;
}
