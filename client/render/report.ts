/** The table at the end of a migration. */
import { describeDecision } from './decision';
import { planName } from '../../plan/workflow-ids';
import { PHASES, WAIT_CAUSES, type VmSummary } from '../../workflows/temporal-api';
import { describeFallback } from './fallback';
import { describeOutcome, formatBytes, formatSeconds, formatTime } from './format';
import { WAIT_WORDS } from './report/spans';
import { renderTable } from './table';

const HEAD = ['VM', 'TARGET', 'DISKS', 'BYTES', 'METHOD', 'DOWNTIME', 'PHASES', 'WAITED', 'RESULT'];

export function renderReport(results: readonly VmSummary[]): string {
  const failures = results.flatMap((vm) =>
    vm.failure === null
      ? []
      : [`${vm.name}: ${vm.failure.kind}: ${vm.failure.message}; ${vm.failure.remedy}\n`],
  );
  const fallbacks = results.flatMap(({ name, fellBack = [] }) =>
    fellBack.map((disk) => `${name} disk ${disk.disk}: ${describeFallback(disk)}\n`),
  );
  const decisions = results.flatMap(({ name, decisions: own = [] }) =>
    own.map((one) => `${name}: ${formatTime(one.at)} ${describeDecision(one)}\n`),
  );
  const lines = [...fallbacks, ...failures, ...decisions];
  return renderTable(HEAD, results.map(reportRow)) + lines.join('');
}

function reportRow(vm: VmSummary): string[] {
  return [
    vm.name,
    vm.target,
    String(vm.disks),
    formatBytes(vm.bytes),
    vm.methods.join(' + '),
    vm.downtimeSeconds === null ? '-' : formatSeconds(vm.downtimeSeconds),
    describePhases(vm.phaseSeconds),
    describeWaits(vm.waitSeconds),
    describeResult(vm),
  ];
}

function describeResult({ outcome, migrated }: VmSummary): string {
  const result = describeOutcome(outcome);
  if (migrated === undefined) return result;
  const { at, plan, targetStands } = migrated;
  const when = at === null ? '' : ` ${formatTime(at)}`;
  const gone = targetStands ? '' : '; its target is gone';
  return `${result}${when} by ${planName(plan)}${gone}`;
}

/** Phases in the order in which they run: `copy 12s, convert 5s`. */
function describePhases(seconds: VmSummary['phaseSeconds']): string {
  return PHASES.flatMap((phase) => {
    const spent = seconds[phase];
    return spent === undefined ? [] : [`${phase} ${formatSeconds(spent)}`];
  }).join(', ');
}

/** `operator 3m 05s`. */
function describeWaits(seconds: VmSummary['waitSeconds'] = {}): string {
  const waits = WAIT_CAUSES.flatMap((cause) => {
    const waited = seconds[cause];
    return waited === undefined ? [] : [`${WAIT_WORDS[cause]} ${formatSeconds(waited)}`];
  });
  return waits.join(', ') || '-';
}
