/** Each promise, broken on purpose: the check must find it, and must find nothing in a quiet round. */
import { violations } from '../../../../lab/chaos/check';
import type { Facts } from '../../../../lab/chaos/check/facts';
import { heldBy } from '../../../../lab/chaos/check/no-secret';
import { ABORTED, made, MIGRATED, migratedAs, QUIET, rolledBack, run, second, withMore } from './facts';

/** What is found, in short. */
function found(facts: Facts): string[] {
  return violations(facts).map(({ promise, about, what }) => `${promise}: ${about}: ${what}`);
}

const [DISK, OTHER] = MIGRATED.disks as [(typeof MIGRATED.disks)[0], (typeof MIGRATED.disks)[0]];

test('a quiet round breaks no promise', () => {
  expect(found(QUIET)).toEqual([]);
});

describe('a record that lacks its part is no proof', () => {
  test.each([
    ['power', 'vCenter has no event of its stop'],
    ['arrayCopies', 'no copy of disk 2000 is recorded'],
    ['runs', 'no node has run its target'],
    ['writes', 'the audit log has no machine of it'],
  ] as const)('%s', (record, what) => {
    expect(found({ ...QUIET, [record]: [] })).toContain(`the records are whole: web: ${what}`);
  });
});

describe('every run has its history, and every history its replay', () => {
  const disk = 'migrate-vm/uuid/vm-1/disk-2000';

  test('a run that another one began, and of which there is no history, is found', () => {
    const [first] = QUIET.histories;
    const replays = QUIET.replays.slice(0, 1);
    expect(found({ ...QUIET, histories: [first!], replays })).toEqual([
      `the records are whole: ${disk}: there is no history of run run-2`,
    ]);
  });

  test('a history that nobody replayed is found', () => {
    expect(found({ ...QUIET, replays: QUIET.replays.slice(0, 1) })).toEqual([
      `the records are whole: ${disk}: there is no replay of run run-2`,
    ]);
    const again = { workflowId: disk, runId: 'run-3', began: [] };
    expect(found({ ...QUIET, histories: [...QUIET.histories, again] })).toEqual([
      `the records are whole: ${disk}: there is no replay of run run-3`,
    ]);
  });
});

describe('a rollback, and nothing else, puts the source back', () => {
  const promise = 'a rollback, and nothing else, puts the source back: web:';

  test('one that has put it back is well, with its target kept or removed', () => {
    expect(found(rolledBack())).toEqual([]);
    const gone = rolledBack({ deletesTarget: true });
    const contents = gone.contents.filter((object) => !object.includes('web'));
    const disks = MIGRATED.disks.map((disk) => ({ ...disk, hashes: { ...disk.hashes, target: null } }));
    const vms = gone.vms.map((vm) => (vm.name === 'web' ? { ...vm, disks } : vm));
    expect(found({ ...gone, contents, vms })).toEqual([]);
  });

  test('a target that is to be removed, and stays, is found', () => {
    expect(found(rolledBack({ deletesTarget: true }))).toHaveLength(3);
  });

  test('a source that runs before its target has ended is found', () => {
    const runs = rolledBack().runs.map((one) => (one.to === second(45) ? { ...one, to: second(47) } : one));
    expect(found({ ...rolledBack(), runs })).toEqual([
      'source and target never run together: web: its source ran while virt-launcher-web-a1b2c ran',
    ]);
  });

  test('a source that stays off, and a target that runs on, are found', () => {
    const { power, runs, contents } = QUIET;
    expect(found({ ...rolledBack(), power })).toEqual([
      `${promise} it was rolled back, and its source is not as it was`,
    ]);
    expect(found({ ...rolledBack(), power, runs, contents })).toEqual(
      expect.arrayContaining([`${promise} it was rolled back, and its target runs`]),
    );
  });

  test.each(['refused', 'aborted', 'final'])(
    'a source that runs although its rollback is %s is found',
    (outcome) => {
      expect(found(rolledBack({ outcome }))).toContain(
        `${promise} its source runs, and it was not rolled back`,
      );
    },
  );

  test('one that never ends is found', () => {
    expect(found(migratedAs({ goneBack: { outcome: null, deletesTarget: false } }))).toEqual([
      'every VM ends or parks with a reason: web: its rollback or its being made final ended as "null"',
    ]);
  });
});

describe('every VM ends or parks with a reason', () => {
  test('one that parks with a reason is well', () => {
    const parked = { ...ABORTED, outcome: null, parkedBecause: 'CopyFailed: LUN 7 is broken' };
    expect(found({ ...QUIET, vms: [MIGRATED, parked] })).toEqual([]);
  });

  test.each([
    ['runs on for ever', { outcome: null, parkedBecause: null }, 'neither ended nor parked with a reason'],
    [
      'parks without a reason',
      { outcome: null, parkedBecause: ' ' },
      'neither ended nor parked with a reason',
    ],
    ['fails', { outcome: 'failed' }, 'ended as "failed", which is no good end'],
  ])('one that %s is found', (_, change, what) => {
    expect(found({ ...QUIET, vms: [MIGRATED, { ...ABORTED, ...change }] })).toContain(
      `every VM ends or parks with a reason: db: ${what}`,
    );
  });
});

describe('source and target never run together', () => {
  const both = 'source and target never run together: web: its source ran while virt-launcher-web-a1b2c ran';

  test('a source that is started beside its target is found, with the instant', () => {
    const facts = withMore('power', { at: second(50), moref: 'vm-1', kind: 'on' });
    expect(found(facts)).toContain(both);
    expect(violations(facts)[0]?.at).toBe(second(50));
  });

  test('a target that starts a moment before its source is off is found', () => {
    const early = QUIET.power.map((event) =>
      event.kind === 'off' ? { ...event, at: second(41.01) } : event,
    );
    expect(found({ ...QUIET, power: early })).toContain(both);
  });

  test('a source that was never stopped is found', () => {
    expect(found({ ...QUIET, power: [] })).toContain(both);
  });

  test('a target whose process has ended does not count', () => {
    expect(found(withMore('runs', run('virt-launcher-db-a1b2c', 'compute', [20, 29])))).toEqual([]);
  });

  test("another VM's launcher, whose name begins alike, does not count", () => {
    expect(found(withMore('runs', run('virt-launcher-db-two-a1b2c', 'compute', [32, 33])))).toEqual([]);
  });
});

describe('nothing is made or switched twice', () => {
  test.each([
    'jobs/plan-web-abc-d0-copy-1',
    'persistentvolumeclaims/plan-web-abc-disk-0',
    'virtualmachines/web',
  ])('%s, made again, is found', (object) => {
    const [resource = '', name = ''] = object.split('/');
    expect(found(withMore('writes', made(60, resource, name)))).toContain(
      `nothing is made or switched twice: ${resource}/migrated/${name}: system:serviceaccount:drover:drover-worker made it again`,
    );
  });

  test('a volume may come again after its disk became void', () => {
    expect(found(withMore('writes', made(45, 'persistentvolumeclaims', 'plan-db-def-disk-0')))).toEqual([]);
  });

  test('but not because another VM was aborted', () => {
    expect(found(withMore('writes', made(45, 'persistentvolumeclaims', 'plan-web-abc-disk-0')))).toHaveLength(
      1,
    );
  });

  test.each(['off', 'asked-to-shut-down'] as const)(
    'a source that is switched twice (%s) is found',
    (kind) => {
      expect(found(withMore('power', { at: second(13), moref: 'vm-1', kind }))).toEqual([
        `nothing is made or switched twice: web: its source was switched twice: ${kind}`,
      ]);
    },
  );

  test('a source that nobody asked to start is found', () => {
    const power = [...QUIET.power, { at: second(25), moref: 'vm-1', kind: 'on' as const }];
    expect(found({ ...QUIET, runs: [], power })).toContain(
      'nothing is made or switched twice: web: its source was started, and nobody had aborted or rolled back',
    );
  });

  test('a source that an abort started may be stopped again', () => {
    expect(found(withMore('power', { at: second(40), moref: 'vm-2', kind: 'off' }))).toEqual([]);
  });
});

describe('no finished disk is copied again', () => {
  test('by the array', () => {
    const again = { copyId: 'plan-web-abc-k2000-x', from: second(23), to: second(24), how: 'done' as const };
    expect(found(withMore('arrayCopies', again))).toEqual([
      'no finished disk is copied again: web disk 2000: copied, and copied again into plan-web-abc-disk-0',
    ]);
  });

  test('by an importer', () => {
    expect(found(withMore('runs', run('importer-plan-web-abc-disk-1', 'importer', [23, 24])))).toEqual([
      'no finished disk is copied again: web disk 2001: copied, and copied again into plan-web-abc-disk-1',
    ]);
  });

  test('a copy that failed, and one after the disk became void, are well', () => {
    const before = {
      copyId: 'plan-web-abc-k2000-x',
      from: second(12),
      to: second(12.5),
      how: 'failed' as const,
    };
    const after = { copyId: 'plan-db-def-k2000-x', from: second(33), to: second(34), how: 'done' as const };
    expect(found(withMore('arrayCopies', before, after))).toEqual([]);
  });
});

describe('the bytes are right', () => {
  test.each([
    ['dd', 'plan-web-abc-disk-0 holds other bytes'],
    [null, 'plan-web-abc-disk-0 has no bytes'],
  ])('a target with %j is found', (target, what) => {
    const disks = [{ ...DISK, hashes: { expected: 'aa', target } }, OTHER];
    expect(found(migratedAs({ disks }))).toEqual([`the bytes are right: web disk 2000: ${what}`]);
  });
});

describe('no disk is converted twice', () => {
  test.each([
    [
      'after one that ended well',
      [36, 37],
      'plan-web-abc-convert-2-x ran after plan-web-abc-convert-1-xyz had ended well',
    ],
    ['beside another', [30, 37], 'plan-web-abc-convert-1-xyz and plan-web-abc-convert-2-x ran together'],
  ] as const)('a conversion %s is found', (_, span, what) => {
    expect(found(withMore('runs', run('plan-web-abc-convert-2-x', 'converter', span)))).toEqual([
      `no disk is converted twice: web: ${what}`,
    ]);
  });

  test('one after a conversion that was killed is well', () => {
    const killed = { ...run('plan-web-abc-convert-0-x', 'converter', [23, 24]), exitCode: 137 };
    expect(found({ ...QUIET, runs: [killed, ...QUIET.runs] })).toEqual([]);
  });
});

describe('nothing of ours is left, and nothing of others is touched', () => {
  test('a Job that stays is found', () => {
    expect(found({ ...QUIET, contents: [...QUIET.contents, 'jobs/plan-db-def-d0-copy-1'] })).toEqual([
      'nothing of ours is left: jobs/plan-db-def-d0-copy-1: it is still there, and belongs to no migrated VM',
    ]);
  });

  test("an aborted VM's volume that stays is found", () => {
    expect(
      found({ ...QUIET, contents: [...QUIET.contents, 'persistentvolumeclaims/plan-db-def-disk-0'] }),
    ).toHaveLength(1);
  });

  test.each([
    ['{"data":1}', 'it was changed'],
    [null, 'it is gone'],
  ])('an object of others that is %j now is found', (after, what) => {
    const strangers = [{ object: 'configmaps/of-others', before: '{}', after }];
    expect(found({ ...QUIET, strangers })).toEqual([
      `nothing of others is touched: configmaps/of-others: ${what}`,
    ]);
  });

  test('a change of it that was undone is found in the audit log', () => {
    const write = { ...made(9, 'configmaps', 'of-others'), verb: 'patch' as const };
    expect(found(withMore('writes', write))).toEqual([
      'nothing of others is touched: configmaps/of-others: system:serviceaccount:drover:drover-worker: patch',
    ]);
  });

  test('what its owner does is no matter of ours', () => {
    expect(found(withMore('writes', { ...made(9, 'configmaps', 'of-others'), user: 'admin' }))).toEqual([]);
  });
});

test('a history that the code would not repeat is found', () => {
  const [first, ...others] = QUIET.replays;
  const replays = [{ ...first!, verdict: 'differs', why: 'another activity' }, ...others];
  expect(found({ ...QUIET, replays })).toEqual([
    'every history replays: migrate-vm/uuid/vm-1: differs: another activity',
  ]);
});

test('a place with a secret is found', () => {
  expect(found({ ...QUIET, secrets: ['worker.log: secret 0'] })).toEqual([
    'no secret leaves its place: worker.log: secret 0: it holds a secret',
  ]);
});

test('a secret is recognised in clear and as Kubernetes keeps it', () => {
  const secrets = ['of-nobody', 'top-secret'];
  expect(heldBy('login with top-secret failed', secrets)).toEqual([1]);
  expect(heldBy(`password: ${Buffer.from('top-secret').toString('base64')}`, secrets)).toEqual([1]);
  expect(heldBy('nothing here', secrets)).toEqual([]);
});
