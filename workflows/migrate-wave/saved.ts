/**
 * A wave as one of its runs hands it on to the next: a row of a VM has some 70 bytes, so that ten thousand fit into less
 * than one MiB. Texts that repeat stand in a table once. Pure.
 */
import type { CopyMethod } from '../../plan/frozen';
import { describeFailure, type Failure } from '../../plan/failures';
import { vmId } from '../../plan/workflow-ids';
import { fitted } from '../fit';
import type { OperatorRequest, WaveOutcome, WaveState, WaveVm } from '../temporal-api';
import { newPage, newWave, type Wave } from './wave';

const PHASES: readonly WaveVm['phase'][] = ['queued', 'starting', 'running', 'parked', 'ended'];
const OUTCOMES: readonly WaveOutcome[] = ['succeeded', 'alreadyMigrated', 'failed', 'aborted', 'skipped'];
const METHODS: readonly CopyMethod['kind'][] = ['import', 'plugin'];
const FLAGS = { canary: 1, unstarted: 2, forgiven: 4, heardCancel: 8 } as const;

/** Texts of failures that are handed on, in bytes; the messages of more are in the report alone. */
const MOST_FAILURE_BYTES = 128 * 1024;
const MOST_DECISION_BYTES = 64 * 1024;
const MOST_PROBLEM_BYTES = 64 * 1024;

/**
 * Name, moref, how it stands (phase, or outcome behind the phases), flags, disks, bytes, methods, then, counted from 1 and 0
 * for none: group, priority, failure, who cancels it. Zeros at the end are left out.
 */
type SavedRow = [string, string, ...number[]];

export type SavedWave = {
  state: Omit<WaveState, 'vms'>;
  startedAt: string;
  vcenterUuid: string;
  /** Absent: it does not. */
  adopts?: true;
  cancelled: boolean;
  attention: string | null;
  lookAt: number;
  /** First VM, how many, run id, whether it is lost. */
  pages: [number, number, string, boolean][];
  groups: string[];
  failures: [Failure['kind'], string][];
  cancels: OperatorRequest[];
  rows: SavedRow[];
};

export function saveWave(wave: Wave): SavedWave {
  const { vms, ...state } = wave.state;
  const groups = new Table<string>();
  const failures = new Table<[Failure['kind'], string]>(MOST_FAILURE_BYTES);
  const cancels = new Table<OperatorRequest>();
  const rows = vms.map((vm, number): SavedRow => {
    const { name, moref, group, priority = 0, failure, cancelled, disks = 0, bytes = 0, methods = [] } = vm;
    const numbers = [
      vm.phase === 'ended' && vm.outcome !== null
        ? PHASES.length + OUTCOMES.indexOf(vm.outcome)
        : PHASES.indexOf(vm.phase),
      flagsOf(vm, wave.heardCancel.has(number)),
      disks,
      bytes,
      METHODS.reduce((sum, method, bit) => sum + (methods.includes(method) ? 2 ** bit : 0), 0),
      group === undefined ? 0 : groups.place(group),
      priority,
      failure === null ? 0 : failures.place([failure.kind, failure.message], [failure.kind, '']),
      cancelled === undefined ? 0 : cancels.place(cancelled),
    ];
    while (numbers.at(-1) === 0 && numbers.length > 1) numbers.pop();
    return [name, moref, ...numbers];
  });
  return {
    state: shortened(state),
    startedAt: wave.startedAt,
    vcenterUuid: wave.vcenterUuid,
    ...(wave.adopts && { adopts: true as const }),
    cancelled: wave.cancelled,
    attention: wave.attention,
    lookAt: wave.lookAt,
    pages: wave.pages.map(({ first, count, runId, lost }) => [first, count, runId, lost]),
    groups: groups.all,
    failures: failures.all,
    cancels: cancels.all,
    rows,
  };
}

/** @param saved what {@link saveWave} made: `migrateWave` takes it from nobody else */
export function restoreWave(saved: Record<string, unknown>): Wave {
  const { state, rows, ...rest } = saved as unknown as SavedWave;
  const wave = newWave(rest.startedAt);
  Object.assign(wave.state, state, { vms: rows.map((row) => restoreRow(row, rest)) });
  rows.forEach(([, , , flags = 0], number) => {
    if ((flags & FLAGS.heardCancel) !== 0) wave.heardCancel.add(number);
  });
  return Object.assign(wave, {
    vcenterUuid: rest.vcenterUuid,
    adopts: rest.adopts === true,
    cancelled: rest.cancelled,
    attention: rest.attention,
    lookAt: rest.lookAt,
    pages: rest.pages.map(([first, count, runId, lost], number) =>
      Object.assign(newPage(number, first, count), { runId, lost }),
    ),
  });
}

type Tables = Pick<SavedWave, 'vcenterUuid' | 'groups' | 'failures' | 'cancels'>;

function restoreRow(row: SavedRow, { vcenterUuid, groups, failures, cancels }: Tables): WaveVm {
  const [name, moref, standing = 0, flags = 0, disks = 0, bytes = 0, methods = 0, ...places] = row;
  const [group = 0, priority = 0, failure = 0, cancel = 0] = places;
  const outcome = OUTCOMES[standing - PHASES.length] ?? null;
  const failed = failures[failure - 1];
  return {
    name,
    moref,
    workflowId: vmId({ vcenterUuid, moref }),
    phase: outcome === null ? PHASES[standing]! : 'ended',
    outcome,
    failure: failed === undefined ? null : describeFailure(...failed),
    ...(group > 0 && { group: groups[group - 1]! }),
    ...(priority > 0 && { priority }),
    ...((flags & FLAGS.canary) !== 0 && { canary: true as const }),
    ...((flags & FLAGS.unstarted) !== 0 && { unstarted: true as const }),
    ...((flags & FLAGS.forgiven) !== 0 && { forgiven: true as const }),
    ...(cancel > 0 && { cancelled: cancels[cancel - 1]! }),
    ...(disks > 0 && {
      disks,
      bytes,
      methods: METHODS.filter((_, bit) => (methods & (2 ** bit)) !== 0),
    }),
  };
}

function flagsOf({ canary, unstarted, forgiven }: WaveVm, heardCancel: boolean): number {
  return (
    (canary ? FLAGS.canary : 0) +
    (unstarted ? FLAGS.unstarted : 0) +
    (forgiven ? FLAGS.forgiven : 0) +
    (heardCancel ? FLAGS.heardCancel : 0)
  );
}

function shortened(state: Omit<WaveState, 'vms'>): Omit<WaveState, 'vms'> {
  const { decisions, problems } = state;
  const saved = {
    ...state,
    problems: fitted(problems, MOST_PROBLEM_BYTES),
    ...(decisions !== undefined && { decisions: fitted({ decisions }, MOST_DECISION_BYTES).decisions }),
  };
  // The next run looks at its windows again, and has a timer of its own.
  delete saved.window;
  return saved;
}

/** Values by place, each once. */
class Table<T> {
  readonly all: T[] = [];
  private readonly places = new Map<string, number>();
  private bytes = 0;

  constructor(private readonly mostBytes = Number.POSITIVE_INFINITY) {}

  /** Counted from 1. Where the table is full, the place of `otherwise`. */
  place(value: T, otherwise?: T): number {
    const key = JSON.stringify(value);
    const known = this.places.get(key);
    if (known !== undefined) return known;
    if (otherwise !== undefined && this.bytes + key.length > this.mostBytes) return this.place(otherwise);
    this.bytes += key.length;
    this.places.set(key, this.all.push(value));
    return this.all.length;
  }
}
