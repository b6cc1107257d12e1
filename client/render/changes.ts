/** What happened between two looks at a wave, one line each. Pure. */
import { planName } from '../../plan/workflow-ids';
import { countedOutcome, type Attention, type DiskState, type WaveHold } from '../../workflows/temporal-api';
import type { WatchSnapshot } from '../watch';
import type { WatchedVm } from '../watched-vm';
import { diskRows } from './disk-row';
import { describeFallback } from './fallback';
import {
  countVms,
  describeOutcome,
  describeWait,
  describeWindowWait,
  formatBytes,
  formatSeconds,
} from './format';

export function describeChanges(before: WatchSnapshot | null, after: WatchSnapshot): string[] {
  const former = new Map((before?.vms ?? []).map((vm) => [vm.workflowId, vm]));
  return [
    ...describeWorker(before, after),
    ...describeWave(before, after),
    ...describeMigrated(before, after),
    ...describeHolds(before, after),
    ...after.vms.flatMap((vm) => describeVm(former.get(vm.workflowId), vm)),
  ];
}

function describeWorker(before: WatchSnapshot | null, after: WatchSnapshot): string[] {
  if (after.workerSilent && before?.workerSilent !== true) {
    return ['no worker answers; the migration goes on as soon as one runs (drover worker)'];
  }
  return !after.workerSilent && before?.workerSilent === true ? ['a worker answers again'] : [];
}

function describeWave(before: WatchSnapshot | null, { wave }: WatchSnapshot): string[] {
  if (wave === null || wave.phase === before?.wave?.phase) return [];
  switch (wave.phase) {
    case 'resolving':
      return ['resolving the plan'];
    case 'migrating':
      return [
        `plan ${planName(wave.plan)}: ${countVms(wave.vms.length)}, at most ${wave.maxConcurrentVms} at once`,
      ];
    case 'ended':
      return [];
  }
}

/**
 * Why the wave waits for an operator or a window, and that this wait is over. Full slots and canaries that still run are
 * no news.
 */
function describeHolds(before: WatchSnapshot | null, after: WatchSnapshot): string[] {
  const held = ({ wave }: WatchSnapshot) =>
    (wave?.holds ?? []).filter(({ kind, needsOperator }) => needsOperator || kind === 'window');
  const former = before === null ? [] : held(before);
  const now = held(after);
  const isAmong = (all: readonly WaveHold[], one: WaveHold) =>
    all.some(({ kind, group }) => kind === one.kind && group === one.group);
  const fresh = now.filter((hold) => !isAmong(former, hold)).map(({ why }) => `the wave waits: ${why}`);
  const over = after.wave !== null && former.length > 0 && now.length === 0 ? ['the wave goes on'] : [];
  return [...fresh, ...over];
}

/** VMs that were migrated before, as soon as the plan is resolved. */
function describeMigrated(before: WatchSnapshot | null, { wave }: WatchSnapshot): string[] {
  const isKnown = before?.wave != null && before.wave.phase !== 'resolving';
  if (wave === null || wave.phase === 'resolving' || isKnown) return [];
  return wave.vms
    .filter(({ outcome }) => outcome === 'alreadyMigrated')
    .map(({ name }) => `${name}: already migrated, and left alone`);
}

function describeVm(before: WatchedVm | undefined, after: WatchedVm): string[] {
  const { name, state, workflowId } = after;
  if (state === null) return [];
  const former = before?.state ?? null;
  const lines: string[] = [];
  if (state.outcome === null && state.phase !== former?.phase) lines.push(`${name}: ${state.phase}`);
  if (state.waitingSince !== undefined && state.waitingSince !== former?.waitingSince)
    lines.push(`${name}: ${describeWait(state.waitingSince)}`);
  if (state.window !== undefined && state.window.until !== former?.window?.until)
    lines.push(`${name}: waits ${describeWindowWait(state.window)}`);
  for (const [index, disk] of state.disks.entries()) {
    lines.push(...describeDisk(name, former?.disks[index], disk));
  }
  lines.push(...describeWarnings(before, after));
  if (state.attention !== null && state.attention.since !== former?.attention?.since) {
    lines.push(...describeAttention(name, state.attention, workflowId));
  }
  if (state.outcome !== null && former?.outcome !== state.outcome) {
    lines.push(
      `${name}: ${describeOutcome(countedOutcome(state))}${state.failure === null ? '' : `: ${state.failure.message}`}`,
    );
  }
  return lines;
}

function describeDisk(vm: string, before: DiskState | undefined, disk: DiskState): string[] {
  const label = `${vm} disk ${disk.index}`;
  const { fellBack } = disk;
  const isNews = fellBack !== undefined && before?.fellBack === undefined;
  return [
    ...describeFailedAttempts(label, before, disk),
    ...(isNews ? [`${label}: ${describeFallback(fellBack)}`] : []),
    ...describeCopy(label, before, disk),
  ];
}

/** Those that others followed. How the last one ended is the disk's own state, or why it fell back. */
function describeFailedAttempts(label: string, before: DiskState | undefined, disk: DiskState): string[] {
  const known = before?.attemptLog?.at(-1)?.number ?? 0;
  return (disk.attemptLog ?? [])
    .slice(0, -1)
    .flatMap(({ number, failure }) =>
      number > known && failure !== null ? [`${label}: attempt ${number} failed: ${failure.message}`] : [],
    );
}

function describeCopy(label: string, before: DiskState | undefined, disk: DiskState): string[] {
  if (disk.phase === before?.phase && disk.attempts === before.attempts) return [];
  switch (disk.phase) {
    case 'waiting':
      return [];
    case 'copying': {
      const again = disk.attempts > 1 ? `, attempt ${disk.attempts}` : '';
      return [`${label}: copying ${formatBytes(disk.capacityBytes)} by ${disk.method}${again}`];
    }
    case 'copied':
      return [`${label}: copied${took(disk)}${disk.attempts > 1 ? `, at attempt ${disk.attempts}` : ''}`];
    case 'failed':
      return [`${label}: failed${disk.failure === null ? '' : `: ${disk.failure.message}`}`];
  }
}

/** What a copier is warned of, once; that it is well again, too. */
function describeWarnings(before: WatchedVm | undefined, after: WatchedVm): string[] {
  const former = new Map((before === undefined ? [] : diskRows(before)).map((row) => [row.id, row.warning]));
  return diskRows(after).flatMap(({ id, label, phase, doneBytes, warning }) => {
    const told = former.get(id) ?? null;
    if (warning === told) return [];
    if (warning !== null) return [`${label}: WARNING: ${warning}`];
    return phase === 'copying' && doneBytes > 0 ? [`${label}: goes on`] : [];
  });
}

function took({ startedAt, endedAt }: DiskState): string {
  if (startedAt === null || endedAt === null) return '';
  return ` in ${formatSeconds((Date.parse(endedAt) - Date.parse(startedAt)) / 1000)}`;
}

/** The failure, what to do about it, and the very command that goes on. */
export function describeAttention(
  vm: string,
  attention: Omit<Attention, 'phase'> & { phase: string },
  workflowId: string,
): string[] {
  const { failure, phase, deadline } = attention;
  const name = shellWord(vm === '' ? workflowId : vm);
  const goOn =
    failure.kind === 'TargetLeftOver'
      ? [`  keep:    drover adopt ${name} --why '…'`, `  remove:  drover remove-leftovers ${name} --why '…'`]
      : [`  go on:   drover retry ${name} --why '…'`];
  return [
    `${vm}: NEEDS ATTENTION in ${phase}: ${failure.kind}: ${failure.message}`,
    `  to do:   ${failure.remedy}`,
    ...goOn,
    `  give up: drover abort ${name} --why '…'   (by itself at ${deadline})`,
  ];
}

/** Quoted where a shell would take it apart. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
