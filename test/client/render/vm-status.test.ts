import { renderVmStatus } from '../../../client/render/vm-status';
import type { VmStatus } from '../../../client/vm-handle';
import { leftOfVm } from '../../../client/vm-left';
import type { VmState } from '../../../workflows/temporal-api';
import { CONVERSION, PROOF } from '../../support/fake-activities';
import { GIB, diskState, snapshot, vmState } from './watched';

function status(change: Partial<VmState>): VmStatus {
  const entry: VmStatus['entry'] = {
    workflowId: 'migrate-vm/uuid/vm-1',
    runId: 'run-1',
    vm: 'web',
    moref: 'vm-1',
    plan: 'mtv/wave-1',
    phase: 'tidy',
    outcome: 'succeeded',
    attention: null,
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: null,
  };
  return { entry, state: vmState(change), workerSilent: false, steps: [] };
}

const linesOf = (change: Partial<VmState>) => renderVmStatus(status(change)).split('\n');

test('names the guest, how it was converted, how it came up, and each warning on a line of its own', () => {
  const warnings = ['the guest has no QEMU agent', 'SELinux relabels at the next boot'];
  const lines = linesOf({ conversion: { ...CONVERSION, warnings }, proof: PROOF });
  const at = lines.findIndex((line) => line.startsWith('  guest '));
  expect(lines.slice(at, at + 4)).toEqual([
    '  guest     Debian GNU/Linux 12, converted without KVM',
    '            up, by its console: web login:',
    '            warning: the guest has no QEMU agent',
    '            warning: SELinux relabels at the next boot',
  ]);
});

test.each([
  [{ accelerator: 'kvm' as const }, 'Debian GNU/Linux 12, converted'],
  [{ os: null, osinfo: null, accelerator: null }, 'an unnamed system, converted'],
  [{ os: '12.11', accelerator: 'tcg' as const }, 'debian12 (12.11), converted without KVM'],
  [{ converted: false, os: null }, 'not converted'],
])('a conversion that says %j is shown as "%s"', (change, text) => {
  expect(linesOf({ conversion: { ...CONVERSION, ...change } })).toContain(`  guest     ${text}`);
});

test('a guest that was left as it is may be up as well', () => {
  const conversion = { ...CONVERSION, converted: false, warnings: ['GuestEncrypted: disk 0 is encrypted'] };
  const text = linesOf({ conversion, proof: { by: 'port', evidence: 'port 22 of 10.0.0.7 is open' } }).join(
    '\n',
  );
  expect(text).toContain(
    [
      '  guest     not converted',
      '            up, by its port: port 22 of 10.0.0.7 is open',
      '            warning: GuestEncrypted: disk 0 is encrypted',
    ].join('\n'),
  );
});

test('a VM that waits for its turn says since when, and so does each disk that waits', () => {
  const since = '2026-01-01T00:01:00.000Z';
  const disks = [diskState({ waitingSince: since }), diskState({ index: 1, key: 2001 })];
  const lines = linesOf({ phase: 'await-turn', outcome: null, waitingSince: since, disks });
  expect(lines).toContain('  waits     for its turn since 2026-01-01 00:01:00Z');
  expect(lines.filter((line) => line.includes('waits for its turn since'))).toHaveLength(1);
});

test('a VM that waits for its cutover window says when that opens, by which clock, and how long that is', () => {
  const until = new Date(Date.now() + 3 * 3_600_000 + 90_000).toISOString();
  const window = { open: false, until, local: 'Sat 2026-12-05 22:00 Europe/Zurich' };
  expect(linesOf({ phase: 'await-window', outcome: null, window })).toContain(
    '  waits     for its cutover window, which opens Sat 2026-12-05 22:00 Europe/Zurich, in 3h 01m',
  );
});

function terminated(change: Partial<VmState>): string {
  const { entry, ...rest } = status({ outcome: null, ...change });
  return renderVmStatus({ ...rest, entry: { ...entry, outcome: 'terminated' } });
}

test('says of a migration that was terminated what nobody has put back, and in which order to mend it', () => {
  const source = {
    ranAtStart: true,
    stoppedByUs: true,
    stoppedAt: '2026-01-01T00:01:00.000Z',
    startedAgainAt: null,
  };
  const text = terminated({ source });
  expect(text).toContain('  state     terminated in copy\n');
  expect(text).toContain(
    [
      'web: TERMINATED by hand: nothing was put back, and the above is how it stood',
      '  source:  stopped by us; see that its target migrated/web does not run before you start it in vCenter',
      '  keep:    drover migrate … --vm web --adopt   keeps the disks that are proven; leave the source off',
      '  or:      drover migrate … --vm web   parks it where anything is left over, and says what',
    ].join('\n'),
  );
});

test.each([
  ['was not ours to stop', { stoppedByUs: false, stoppedAt: null, startedAgainAt: null }],
  [
    'runs again',
    { stoppedByUs: true, stoppedAt: '2026-01-01T00:01:00.000Z', startedAgainAt: '2026-01-01T00:02:00.000Z' },
  ],
])('says nothing to do of the source of a terminated migration that %s', (_, source) => {
  const text = terminated({ source: { ranAtStart: true, ...source } });
  expect(text).toContain('TERMINATED by hand');
  expect(text).not.toContain('source:');
});

test.each([
  [
    null,
    '  left over drover adopt would keep 1 of 2 disks, and go on with their conversion',
    'would be kept: a',
    'would be copied again: b',
  ],
  [
    '2026-01-01T00:02:00.000Z',
    '  left over adopted 2026-01-01 00:02:00Z: kept 1 of 2 disks, and go on with their conversion',
    'kept: a',
    'copied again: b',
  ],
])(
  'says of what an unfinished run has left what is kept, and why (adopted: %s)',
  (adoptedAt, head, first, second) => {
    const disks = [
      { index: 0, kept: true, why: 'a' },
      { index: 1, kept: false, why: 'b' },
    ];
    const lines = linesOf({ leftOver: { adoptedAt, disks, conversionGoesOn: true, refusal: null } });
    const place = lines.indexOf(head);
    expect(lines.slice(place, place + 3)).toEqual([
      head,
      `            disk 0 ${first}`,
      `            disk 1 ${second}`,
    ]);
  },
);

test('says why nothing of what is left can be adopted', () => {
  const refusal = 'VirtualMachine web may have run';
  expect(linesOf({ leftOver: { adoptedAt: null, disks: [], conversionGoesOn: false, refusal } })).toContain(
    `  left over can not be adopted: ${refusal}`,
  );
});

test('says nothing of a guest that nothing is known of', () => {
  expect(linesOf({}).filter((line) => /guest|up, by/.test(line))).toEqual([]);
});

test.each([
  [{ kind: 'CopyFailed' as const, message: 'LUN 7 is broken' }, 'import after CopyFailed: LUN 7 is broken'],
  [{ kind: null, message: 'its plugin does not support rdm' }, 'import: its plugin does not support rdm'],
])('a disk that fell back says so beside its method: %j', (why, text) => {
  const fellBack = { from: 'plugin:1', at: null, ...why };
  const row = linesOf({ disks: [diskState({ fellBack })] }).find((line) => line.includes('web.vmdk'));
  expect(row).toMatch(/ import /);
  expect(row).toContain(text);
});

test('shows how fast a disk is copied, and what is wrong with it', () => {
  const [vm] = snapshot(vmState({ disks: [diskState({ phase: 'copying' })] }), {
    bytesDone: GIB,
    progress: { bytesPerSecond: GIB / 8, warning: 'no progress since 12:00', note: 'Pulling' },
  }).vms;
  const text = renderVmStatus({ ...status({ disks: vm?.state?.disks ?? [] }), steps: vm?.steps ?? [] });
  expect(text).toMatch(/copying +25% +4 GiB +128 MiB\/s .*WARNING: no progress since 12:00; Pulling/);
});

test('says what is left of each disk and of all, as a range; of a disk that is copied nothing', () => {
  const disks = [
    diskState({ phase: 'copied' }),
    diskState({ key: 2001, index: 1, phase: 'copying' }),
    diskState({ key: 2002, index: 2 }),
  ];
  const shown = { ...status({ disks }), left: leftOfVm(watchedVm(disks), [RATE]) };
  const text = renderVmStatus(shown);
  expect(text).toContain('  copies    20s to 2m 44s left, without waits');
  expect(text.match(/20s to 1m 22s/g)).toHaveLength(2);
});

test('while nothing is measured, what is left is unknown', () => {
  const disks = [diskState()];
  const text = renderVmStatus({ ...status({ disks }), left: leftOfVm(watchedVm(disks), []) });
  expect(text).toContain('  copies    time left is unknown until something like them is measured');
});

test('an estimate that the migration has heard counts more than the rate of all its kind', () => {
  const disks = [diskState({ estimatedSeconds: [600, 660] })];
  const { copies } = leftOfVm(watchedVm(disks), [RATE]);
  expect(copies).toEqual({ low: 600, high: 660 });
});

const RATE = { of: 'import', low: 50 * 1024 ** 2, likely: 100 * 1024 ** 2, high: 200 * 1024 ** 2 };

function watchedVm(disks: VmState['disks']) {
  return { workflowId: 'migrate-vm/uuid/vm-1', name: 'web', state: vmState({ disks }), steps: [] };
}
