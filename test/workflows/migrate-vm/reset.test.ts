import type { FailureKind } from '../../../plan/failures';
import { PHASES, resetUpdate, type Phase } from '../../../workflows/temporal-api';
import { HOOK_PHASES } from '../../../workflows/phase-order';
import type { FakeWorld } from '../../support/fake-world';
import { frozenVm } from '../../support/frozen-vm';
import { OPERATOR, WorkflowLab } from '../../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

type Activity = Parameters<FakeWorld['script']['fail']>[0];

/** What fails once, so that a VM is parked in the phase. */
const PARKED_BY: Partial<Record<Phase, [activity: Activity, kind: FailureKind]>> = {
  check: ['checkTarget', 'QuotaExceeded'],
  volumes: ['bindVolumes', 'VolumeNotBound'],
  'stop-source': ['shutDownGuest', 'SourceRightsMissing'],
  copy: ['awaitImport', 'ImportRestarts'],
  convert: ['awaitConversion', 'ConversionFailed'],
  'create-vm': ['createMachine', 'NameTaken'],
  'start-vm': ['awaitMachineRunning', 'MachineNotStarted'],
  verify: ['awaitGuestUp', 'GuestNotUp'],
  tidy: ['tidy', 'TargetRightsMissing'],
};

const VERIFIED = { verify: { by: 'console', pattern: 'login:', timeoutSeconds: 60 } } as const;

const PASSED_OVER: readonly Phase[] = [
  'await-shared-disks',
  'await-window',
  ...(Object.keys(HOOK_PHASES) as Phase[]),
];

async function parkedIn(phase: Phase) {
  const vm = frozenVm({ policy: VERIFIED });
  const world = lab.world(vm);
  const [activity, kind] = PARKED_BY[phase]!;
  world.script.fail(activity, kind, { times: 1 });
  const handle = await lab.migrate(vm);
  const { attention, timings } = await lab.parked(vm);
  expect(attention).toMatchObject({ phase, failure: { kind } });
  return { handle, world, timings: timings.length };
}

/** What goes on, and what is refused with which words, by the phase that the VM is parked in. */
const REFUSED: [to: Phase, from: Phase[], why: RegExp][] = [
  ['check', PHASES.slice(PHASES.indexOf('volumes')), /would take the volumes of this run for another one's/],
  ['convert', ['create-vm', 'start-vm', 'verify', 'tidy'], /virt-v2v has changed the disks already/],
  ['create-vm', ['create-vm', 'start-vm', 'verify', 'tidy'], /owns its volumes; reset to copy instead/],
  ['start-vm', ['verify', 'tidy'], /the target runs already/],
];

function refusal(from: Phase, to: Phase): RegExp | null {
  if (to === 'restore') return /no phase on the way forward/;
  const listed = REFUSED.find(([phase, parked]) => phase === to && parked.includes(from));
  if (listed !== undefined) return listed[2];
  return PHASES.indexOf(to) > PHASES.indexOf(from) ? /is parked in .*, before / : null;
}

async function goBack(from: Phase, to: Phase): Promise<void> {
  const { handle, world, timings } = await parkedIn(from);
  const before = [...world.log];
  const reset = handle.executeUpdate(resetUpdate, { args: [{ ...OPERATOR, to }] });
  const why = refusal(from, to);
  if (why !== null) {
    await expect(reset).rejects.toMatchObject({ cause: { message: expect.stringMatching(why) } });
    expect(world.log).toEqual(before);
    await handle.terminate();
    return;
  }
  await reset;
  const result = await handle.result();
  expect({ from, to, breaches: world.breaches }).toEqual({ from, to, breaches: [] });
  expect(result).toMatchObject({ outcome: 'succeeded', decisions: [{ action: 'reset', ...OPERATOR, to }] });
  expect(world.contents()).toEqual(world.contents().map((_, disk) => `disk-${disk} as of boot 1, converted`));
  const next = PHASES.indexOf(result.timings[timings]!.phase);
  // A VM without windows, hooks and shared disks has no phases of theirs.
  const first = PHASES.find(
    (phase) => PHASES.indexOf(phase) >= PHASES.indexOf(to) && !PASSED_OVER.includes(phase),
  );
  expect(next).toBeLessThanOrEqual(PHASES.indexOf(first!));
}

test.each(Object.keys(PARKED_BY) as Phase[])(
  'a VM that is parked in %s goes back to before each phase unharmed, or is refused with the reason and stays as it is',
  async (from) => {
    const phases = PHASES.filter((to) => !Object.hasOwn(HOOK_PHASES, to));
    await Promise.all(phases.map((to) => goBack(from, to)));
  },
);

test('a source that an operator let run for a while is stopped and copied again', async () => {
  const { handle, world } = await parkedIn('copy');
  world.bootSource();
  await handle.executeUpdate(resetUpdate, { args: [{ ...OPERATOR, to: 'stop-source' }] });
  expect((await handle.result()).outcome).toBe('succeeded');
  expect(world.source.on).toBe(false);
  expect(world.contents()).toEqual(world.contents().map((_, disk) => `disk-${disk} as of boot 2, converted`));
  expect(world.breaches).toEqual([]);
});

test('a target whose guest does not come up is made anew from the source', async () => {
  const { handle, world } = await parkedIn('verify');
  const copies = world.copies.length;
  await handle.executeUpdate(resetUpdate, { args: [{ ...OPERATOR, to: 'copy' }] });
  expect((await handle.result()).outcome).toBe('succeeded');
  expect(world.copies).toHaveLength(2 * copies);
  expect(world.log.filter((line) => line === 'machine started')).toHaveLength(2);
  expect(world.breaches).toEqual([]);
});

test('a reset is refused while the VM waits for no one, and where it names no phase or no one who decides', async () => {
  const vm = frozenVm();
  const { reached } = lab.world(vm).script.hold('bindVolumes', true);
  const handle = await lab.migrate(vm);
  await reached;
  const bad: [unknown, RegExp][] = [
    [{ ...OPERATOR, to: 'check' }, /waits for no one; only a parked VM can be reset/],
    [{ ...OPERATOR, to: 'coffee' }, /to/],
    [OPERATOR, /to/],
    [{ to: 'check' }, /who/],
  ];
  for (const [request, why] of bad)
    await expect(handle.executeUpdate(resetUpdate, { args: [request as never] })).rejects.toMatchObject({
      cause: { message: expect.stringMatching(why) },
    });
  await handle.terminate();
});
