/** What speaks against VMs that are to be added. Pure. */
import { MAX_VMS_PER_WAVE } from '../../../plan/field-limits';
import type { OutlineRow } from '../../../plan/outline';
import { formatProblem, type Problem } from '../../../plan/problem';
import type { VmRole, WaveRules } from '../../../plan/wave';
import { entriesWithin, judgeAdded } from '../../../workflows/migrate-wave/judge-added';
import { newWaveState } from '../../../workflows/migrate-wave/state';
import type { WaveState, WaveVm } from '../../../workflows/temporal-api';

const PLAN = { namespace: 'openshift-mtv', name: 'wave-1' };
const RULES: WaveRules = {
  groups: [
    { name: 'database', after: [] },
    { name: 'application', after: ['database'] },
  ],
  gate: null,
};

const at = (place?: number) => ({ path: place === undefined ? 'spec.vms' : `spec.vms[${place}]` });

function member(number: number, changes: Partial<WaveVm> = {}): WaveVm {
  const [name, moref] = [`web-${number}`, `vm-${number}`];
  return { name, moref, workflowId: moref, phase: 'queued', outcome: null, failure: null, ...changes };
}

function wave(vms: WaveVm[], changes: Partial<WaveState> = {}): WaveState {
  return { ...newWaveState(), plan: PLAN, phase: 'migrating', vms, rules: RULES, ...changes };
}

function row(place: number, role: Partial<Omit<VmRole, 'moref'>> = {}): OutlineRow {
  const size = { weight: 1, disks: 1, bytes: 1, methods: [] };
  const given = { group: null, priority: 5, canary: false, ...role };
  return { place, moref: `new-${place}`, name: `new-${place}`, ...size, role: given };
}

function judge(state: WaveState, rows: OutlineRow[], changes: object = {}): string[] {
  const added = { plan: PLAN, vcenterUuid: 'here', rows, ...changes };
  return sentences(judgeAdded({ state, vcenterUuid: 'here' }, added, at));
}

const sentences = (problems: readonly Problem[]) => problems.map(formatProblem);

test('new VMs of known groups are welcome', () => {
  expect(judge(wave([member(1)]), [row(0, { group: 'database' }), row(1)])).toEqual([]);
});

test('VMs of another plan or vCenter are refused as a whole', () => {
  expect(judge(wave([]), [row(0)], { plan: { ...PLAN, name: 'wave-2' } })).toEqual([
    'spec.vms: they are of plan openshift-mtv/wave-2; give the documents of plan openshift-mtv/wave-1',
  ]);
  expect(judge(wave([]), [row(0)], { vcenterUuid: 'there' })).toEqual([
    "spec.vms: they are of another vCenter than the wave's; migrate them by another plan",
  ]);
});

test('VMs of the wave, whatever became of them, and VMs of groups that it has not, are all named', () => {
  const ended = member(7, { moref: 'new-0', phase: 'ended', outcome: 'skipped' });
  expect(judge(wave([ended]), [row(0), row(1, { group: 'databse' }), row(2, { group: 'other' })])).toEqual([
    'spec.vms[0]: VM "web-7" (new-0) is in the wave already (skipped); leave it out; what did not succeed migrates when the plan is run again, after the wave',
    'spec.vms[1]: its group "databse" is none of the wave\'s, which keeps those with which it started; did you mean "database"?',
    'spec.vms[2]: its group "other" is none of the wave\'s, which keeps those with which it started; put it into one of: database, application',
  ]);
});

test('a wave takes no more VMs than a plan may have', () => {
  const full = Array.from({ length: MAX_VMS_PER_WAVE - 1 }, (_, number) => member(number));
  expect(judge(wave(full), [row(0)])).toEqual([]);
  expect(judge(wave(full), [row(0), row(1)])).toEqual([
    'spec.vms: the wave has 9999 VMs, and takes at most 10000 (PlanTooLarge); migrate them by another plan',
  ]);
});

test('a canary and a VM that would wait for each other are refused, whichever of them is new', () => {
  const deadlock =
    'canary "NEW" waits for group "database", and "web-1" of that is no canary; make "web-1" a canary, too, or "NEW" none';
  const before = member(1, { group: 'database' });
  const canary = row(0, { group: 'application', canary: true });
  expect(judge(wave([before]), [canary])).toEqual([`spec.vms[0]: ${deadlock.replaceAll('NEW', 'new-0')}`]);
  const released = { released: { canary: true, groups: [] } };
  expect(judge(wave([before], released), [canary])).toEqual([]);
  expect(judge(wave([{ ...before, phase: 'ended', outcome: 'succeeded' }]), [canary])).toEqual([]);

  const waiting = member(2, { group: 'application', canary: true });
  const [found] = judge(wave([waiting]), [row(0, { group: 'database' })]);
  expect(found).toMatch(/^spec\.vms\[0\]: canary "web-2" waits for group "database", and "new-0" of that/);
});

test('entries that mean VMs of the wave are known before the source is asked', () => {
  const state = wave([member(1, { phase: 'running' }), member(2)]);
  const entries = [{ id: 'vm-1' }, { name: 'web-2' }, { id: 'vm-3', name: 'web-2' }, { id: 7 }, {}];
  const within = entriesWithin(
    state,
    entries.map((entry, place) => ({ place, entry })),
    at,
  );
  expect(within.map(({ place }) => place)).toEqual([0, 1]);
  expect(formatProblem(within[0]!.problem)).toContain('VM "web-1" (vm-1) is in the wave already (running)');
});
