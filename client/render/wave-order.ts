/** What `plan check` says of a wave: in which order its VMs would start, and when. */
import { listSome } from '../../plan/cut';
import { byRank } from '../../plan/group-order';
import { DAYS, type Window } from '../../plan/manifests/windows';
import type { VmRole, WaveRules } from '../../plan/wave';
import type { CheckResult, WindowLook } from '../../workflows/temporal-api';
import { formatTime } from './format';
import { renderTable } from './table';

/** VMs that one row names. */
const MOST_NAMED = 5;

/** Empty where the plan says nothing of its wave. */
export function renderWaveOrder({ wave, roles = [], vms, windows = {} }: CheckResult): string {
  const nameOf = new Map(vms.map(({ vm }) => [vm.moref, vm.name]));
  const rows = wave === undefined ? [] : rowsOf(wave, roles, nameOf);
  const table = rows.length === 0 ? '' : `\nThe order in which VMs start:\n${renderTable(HEAD, rows)}`;
  const lines = [
    ...describeWindows('VMs start', windows.start),
    ...describeWindows('sources are stopped', windows.cutover),
  ];
  return table + (lines.length === 0 ? '' : `\n${lines.join('\n')}\n`);
}

const HEAD = ['STEP', 'GROUP', 'AFTER', 'PRIORITY', 'VMS'];

/** Canaries alone in the first step; then each group in the step after the last of those that it comes after. */
function rowsOf(
  { groups }: WaveRules,
  roles: readonly VmRole[],
  nameOf: ReadonlyMap<string, string>,
): string[][] {
  const ranked = roles
    .map((role, place) => ({ ...role, place }))
    .filter(({ moref }) => nameOf.has(moref))
    .sort(byRank);
  const row = (step: number, what: string[], members: readonly VmRole[]): string[][] => {
    const names = members.map(({ moref }) => nameOf.get(moref)!);
    const cells = [priorities(members), `${names.length}: ${listSome(names, MOST_NAMED)}`];
    return members.length === 0 ? [] : [[String(step), ...what, ...cells]];
  };
  const canaries = ranked.filter(({ canary }) => canary);
  const others = ranked.filter(({ canary }) => !canary);
  const first = canaries.length === 0 ? 1 : 2;
  const isAlone = groups.length === 0;
  const stepOf = steps(groups, first);
  const grouped = groups.flatMap(({ name, after }) =>
    row(
      stepOf.get(name)!,
      [name, after.join(', ') || '-'],
      others.filter(({ group }) => group === name),
    ),
  );
  const rest = others.filter(({ group }) => group === null);
  const all = [
    ...row(1, ['(canaries)', '-'], canaries),
    ...row(first, [isAlone ? '-' : '(none)', '-'], rest),
    ...grouped,
  ];
  return all.sort(([one], [other]) => Number(one) - Number(other));
}

/** `groups` has no cycle. */
function steps(groups: WaveRules['groups'], first: number): Map<string, number> {
  const known = new Map<string, number>();
  const stepOf = (name: string): number => {
    const after = groups.find((group) => group.name === name)?.after ?? [];
    const step = known.get(name) ?? Math.max(first, ...after.map((former) => stepOf(former) + 1));
    known.set(name, step);
    return step;
  };
  for (const { name } of groups) stepOf(name);
  return known;
}

/** `5`, or `1-9`. */
function priorities(members: readonly VmRole[]): string {
  const all = members.map(({ priority }) => priority);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  return least === most ? String(least) : `${least}-${most}`;
}

function describeWindows(what: string, look: WindowLook | undefined): string[] {
  if (look === undefined) return [];
  const { windows, standing } = look;
  const now = `${what} only in windows, which are ${standing.open ? 'open' : 'shut'} now`;
  const change = standing.open ? 'they close' : 'the next opens';
  const when =
    standing.until === null
      ? 'they never close'
      : `${change} ${standing.local} (${formatTime(standing.until)})`;
  return [`${now}; ${when}`, ...windows.map((window) => `  ${describeWindow(window)}`)];
}

/** `Sat, Sun 22:00 to 06:00 Europe/Zurich`, as the plan has it. */
function describeWindow({ days, from, to, timeZone }: Window): string {
  const on = days.length === DAYS.length ? 'every day' : DAYS.filter((day) => days.includes(day)).join(', ');
  return `${on} ${from} to ${to} ${timeZone}`;
}
