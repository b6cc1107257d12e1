/** What a wave hands on to its next run. */
import { describeFailure } from '../../../plan/failures';
import { MAX_VMS_PER_WAVE } from '../../../plan/field-limits';
import { vmId } from '../../../plan/workflow-ids';
import type { WaveVm } from '../../../workflows/temporal-api';
import { bytesOf, LARGEST_ANSWER } from '../../../workflows/fit';
import { decide } from '../../../workflows/migrate-wave/decide';
import { restoreWave, saveWave } from '../../../workflows/migrate-wave/saved';
import { shownState } from '../../../workflows/migrate-wave/shown';
import { viewOf } from '../../../workflows/migrate-wave/state';
import { newPage, newWave, type Wave } from '../../../workflows/migrate-wave/wave';

const VCENTER = '6f1c2f53-8a0a-4f6e-9a44-0c7a1c0f4f10';
const SAID = { who: 'ann@example.com', why: 'wrong network' };
const GROUPS = Array.from({ length: 20 }, (_, index) => ({
  name: `group-${index}`,
  after: index === 0 ? [] : [`group-${index - 1}`],
}));

function vm(index: number, more: Partial<WaveVm> = {}): WaveVm {
  const moref = `vm-${100_000 + index}`;
  return {
    name: `application-server-${index}`,
    moref,
    workflowId: vmId({ vcenterUuid: VCENTER, moref }),
    phase: 'queued',
    outcome: null,
    failure: null,
    group: `group-${index % 20}`,
    priority: 1 + (index % 9),
    disks: 2,
    bytes: 137_438_953_472 + index,
    methods: ['import', 'plugin'],
    ...more,
  };
}

/** As large as it may be: VMs in every standing, a third of which failed, each for a reason of its own. */
function largeWave(): Wave {
  const wave = newWave('2026-01-01T00:00:00.000Z');
  const ended = (outcome: WaveVm['outcome'], index: number) => vm(index, { phase: 'ended', outcome });
  const failed = (index: number) => {
    const failure = describeFailure('CopyFailed', `disk ${index} could not be read: ${'x'.repeat(200)}`);
    return vm(index, { phase: 'ended', outcome: 'failed', failure });
  };
  Object.assign(wave, { vcenterUuid: VCENTER, heardCancel: new Set([3]) });
  Object.assign(wave.state, {
    plan: { namespace: 'openshift-mtv', name: 'wave-1' },
    phase: 'migrating',
    maxConcurrentVms: 200,
    rules: { groups: GROUPS, gate: { most: { percent: 50 }, minVms: 5 } },
    paused: { at: '2026-01-01T00:00:00.000Z', ...SAID },
    released: { canary: true, groups: ['group-0'] },
    decisions: [{ at: '2026-01-01T00:00:00.000Z', action: 'pause', about: 'wave', vms: 0, ...SAID }],
  });
  wave.state.vms = Array.from({ length: MAX_VMS_PER_WAVE }, (_, index) => {
    if (index === 1) return vm(index, { phase: 'parked', canary: true });
    if (index === 2) return vm(index, { phase: 'ended', outcome: 'skipped', unstarted: true });
    if (index === 3) return vm(index, { phase: 'running', cancelled: SAID });
    if (index % 3 === 0) return { ...failed(index), ...(index === 6 && { forgiven: true as const }) };
    return index % 3 === 1 ? ended('succeeded', index) : vm(index);
  });
  for (let first = 0; first < MAX_VMS_PER_WAVE; first += 100)
    wave.pages.push(Object.assign(newPage(first / 100, first, 100), { runId: VCENTER, lost: first === 300 }));
  return wave;
}

test('ten thousand VMs, a third of which failed for reasons of their own, are handed on in less than one MiB', () => {
  expect(bytesOf(saveWave(largeWave()))).toBeLessThan(2 ** 20);
});

test('the next run knows all that the former one knew, but for the words of failures that are too many', () => {
  const wave = largeWave();
  const next = restoreWave(JSON.parse(JSON.stringify(saveWave(wave))) as Record<string, unknown>);
  const known = ({ vms }: Wave['state']) =>
    vms.map((one) => ({ ...one, failure: one.failure === null ? null : one.failure.kind }));
  expect(known(next.state)).toEqual(known(wave.state));
  expect({ ...next.state, vms: [] }).toEqual({ ...wave.state, vms: [] });
  expect(next.state.vms[0]?.failure).toEqual(wave.state.vms[0]?.failure);
  expect(next.heardCancel).toEqual(wave.heardCancel);
  expect(next.pages).toEqual(wave.pages);
});

test('a window is looked at anew: the timer of the former run has ended with it', () => {
  const wave = newWave('2026-01-01T00:00:00.000Z');
  wave.state.window = { open: true, until: null, local: null };
  expect(restoreWave({ ...saveWave(wave) }).state.window).toBeUndefined();
});

test('who starts of ten thousand VMs is decided within 50 ms', () => {
  const { state } = largeWave();
  delete state.paused;
  const times = Array.from({ length: 9 }, () => {
    const began = performance.now();
    decide(viewOf(state));
    return performance.now() - began;
  });
  // What else runs on the machine only adds.
  expect(Math.min(...times)).toBeLessThan(50);
});

test('a thousand VMs are shown in one answer', () => {
  const { state } = largeWave();
  state.vms = state.vms.slice(0, 1_000).map(({ failure: _, ...row }) => ({ ...row, failure: null }));
  const shown = shownState(state);
  expect(shown.vms).toHaveLength(1_000);
  expect(shown.next).toBeUndefined();
  expect(bytesOf(shown)).toBeLessThanOrEqual(LARGEST_ANSWER);
});
