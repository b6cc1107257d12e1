/** A quiet round: one VM that was migrated, and one whose migration was aborted. A test changes what it is about. */
import type { Facts, VmFacts } from '../../../../lab/chaos/check/facts';

/** Milliseconds since 1970 of the given second of the round. */
export function second(seconds: number): number {
  return 1_800_000_000_000 + seconds * 1000;
}

export const MIGRATED: VmFacts = {
  name: 'web',
  moref: 'vm-1',
  target: 'web',
  ranAtFirst: true,
  disks: [
    {
      key: 2000,
      volume: 'plan-web-abc-disk-0',
      copyIds: ['plan-web-abc-k2000-x'],
      copiedAt: [second(20)],
      hashes: { expected: 'aa', target: 'aa' },
    },
    {
      key: 2001,
      volume: 'plan-web-abc-disk-1',
      copyIds: ['plan-web-abc-k2001-x'],
      copiedAt: [second(22)],
      hashes: { expected: 'bb', target: 'bb' },
    },
  ],
  outcome: 'succeeded',
  parkedBecause: null,
  voidedAt: [],
  startAskedAt: [],
  goneBack: null,
};

export const ABORTED: VmFacts = {
  ...MIGRATED,
  name: 'db',
  moref: 'vm-2',
  target: 'db',
  disks: [
    {
      key: 2000,
      volume: 'plan-db-def-disk-0',
      copyIds: ['plan-db-def-k2000-x'],
      copiedAt: [second(15)],
      hashes: { expected: 'cc', target: null },
    },
  ],
  outcome: 'aborted',
  voidedAt: [second(30)],
  startAskedAt: [second(30)],
};

const WORKER = 'system:serviceaccount:drover:drover-worker';

export function made(at: number, resource: string, name: string): Facts['writes'][number] {
  return {
    at: second(at),
    user: WORKER,
    verb: 'create',
    resource,
    subresource: null,
    namespace: 'migrated',
    name,
  };
}

export function run(
  pod: string,
  container: string,
  [from, to]: readonly [number, number | null],
): Facts['runs'][number] {
  return {
    pod,
    container,
    image: 'image',
    from: second(from),
    to: to === null ? null : second(to),
    exitCode: to === null ? null : 0,
  };
}

export const QUIET: Facts = {
  vms: [MIGRATED, ABORTED],
  writes: [
    made(1, 'persistentvolumeclaims', 'plan-web-abc-disk-0'),
    made(1, 'datavolumes', 'plan-web-abc-disk-1'),
    made(2, 'persistentvolumeclaims', 'plan-db-def-disk-0'),
    made(11, 'jobs', 'plan-web-abc-d0-copy-1'),
    made(25, 'jobs', 'plan-web-abc-convert-1'),
    made(40, 'virtualmachines', 'web'),
  ],
  power: [
    { at: second(10), moref: 'vm-1', kind: 'asked-to-shut-down' },
    { at: second(11), moref: 'vm-1', kind: 'off' },
    { at: second(12), moref: 'vm-2', kind: 'off' },
    { at: second(31), moref: 'vm-2', kind: 'on' },
  ],
  runs: [
    run('plan-web-abc-d0-copy-1-xyz', 'plugin', [12, 20]),
    run('importer-plan-web-abc-disk-1', 'importer', [12, 22]),
    run('plan-web-abc-convert-1-xyz', 'converter', [26, 35]),
    run('virt-launcher-web-a1b2c', 'compute', [41, null]),
  ],
  arrayCopies: [
    { copyId: 'plan-web-abc-k2000-x', from: second(13), to: second(19), how: 'done' },
    { copyId: 'plan-db-def-k2000-x', from: second(13), to: second(14), how: 'done' },
  ],
  contents: [
    'configmaps/of-others',
    'persistentvolumeclaims/plan-web-abc-disk-0',
    'persistentvolumeclaims/plan-web-abc-disk-1',
    'pods/virt-launcher-web-a1b2c',
    'virtualmachineinstances/web',
    'virtualmachines/web',
  ],
  strangers: [{ object: 'configmaps/of-others', before: '{}', after: '{}' }],
  histories: [
    {
      workflowId: 'migrate-vm/uuid/vm-1',
      runId: 'run-1',
      began: [{ workflowId: 'migrate-vm/uuid/vm-1/disk-2000', runId: 'run-2' }],
    },
    { workflowId: 'migrate-vm/uuid/vm-1/disk-2000', runId: 'run-2', began: [] },
  ],
  replays: ['', '/disk-2000'].map((of) => ({
    workflowId: `migrate-vm/uuid/vm-1${of}`,
    verdict: 'same',
    why: null,
  })),
  secrets: [],
  identities: [WORKER],
};

/** The quiet round with more of something. */
export function withMore<K extends 'writes' | 'power' | 'runs' | 'arrayCopies'>(
  what: K,
  ...more: Facts[K]
): Facts {
  return { ...QUIET, [what]: [...QUIET[what], ...more] };
}

/** The quiet round with another first VM. */
export function migratedAs(change: Partial<VmFacts>): Facts {
  return { ...QUIET, vms: [{ ...MIGRATED, ...change }, ABORTED] };
}

/** The quiet round, but the first VM was rolled back: its target is off since second 45, its source runs since second 46. */
export function rolledBack(goneBack: Partial<NonNullable<VmFacts['goneBack']>> = {}): Facts {
  const how = { outcome: 'rolledBack', deletesTarget: false, ...goneBack };
  return {
    ...migratedAs({ goneBack: how, startAskedAt: [second(44)] }),
    power: [...QUIET.power, { at: second(46), moref: 'vm-1', kind: 'on' }],
    runs: QUIET.runs.map((one) => (one.to === null ? { ...one, to: second(45), exitCode: 0 } : one)),
    contents: QUIET.contents.filter((object) => !/^(pods|virtualmachineinstances)\//.test(object)),
  };
}
