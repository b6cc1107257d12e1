/**
 * Which VMs of a wave start now, and why the others do not. Pure: the same VMs, rules and words of operators give the
 * same answer, wherever the VMs are kept.
 *
 * A VM starts when no pause, canary, gate or shut window holds the wave and every group that its own comes after is done;
 * of those that may, higher priority first, then the order in which they are given.
 */
import { listSome } from '../../plan/cut';
import { DEFAULT_PRIORITY } from '../../plan/manifests/wave';
import { groupsBehind } from '../../plan/group-order';
import type { WaveRules } from '../../plan/wave';
import type { Standing } from '../../plan/windows';
import type { WaveHold, WaveVm } from '../temporal-api';

/** What the core knows of a VM. */
export type VmView = Pick<
  WaveVm,
  'name' | 'phase' | 'outcome' | 'group' | 'priority' | 'canary' | 'unstarted' | 'forgiven'
>;

export interface WaveView<T extends VmView> {
  /** In the order of the plan. */
  vms: readonly T[];
  maxConcurrentVms: number;
  rules: WaveRules;
  /** Who paused it; null where nobody did. */
  paused: { who: string; why: string } | null;
  released: { canary: boolean; groups: readonly string[] };
  /** How the start windows stand; absent: VMs may start at any time. */
  window?: Standing;
}

type Reason = Omit<WaveHold, 'since'>;

export interface Verdict<T> {
  /** In order. */
  start: T[];
  /** Empty where nobody is queued. */
  holds: Reason[];
}

export const NO_RULES: WaveRules = { groups: [], gate: null };

export function decide<T extends VmView>(wave: WaveView<T>): Verdict<T> {
  const queued = wave.vms.filter(({ phase }) => phase === 'queued');
  if (queued.length === 0) return { start: [], holds: [] };
  const groups = groupHolds(wave, queued);
  const canary = canaryHold(wave, queued);
  const stops = [pauseHold(wave), gateHold(wave), windowHold(wave), canary].filter((hold) => hold !== null);
  const holds = [...stops, ...groups];
  // Canaries that are on their way hold up the others, and not one another.
  if (stops.some((hold) => hold !== canary || hold.needsOperator)) return { start: [], holds };
  const held = new Set(groups.map(({ group }) => group));
  const ready = queued
    .filter(
      (vm) => (canary === null || vm.canary === true) && (vm.group === undefined || !held.has(vm.group)),
    )
    .sort((one, other) => priorityOf(other) - priorityOf(one));
  const free = Math.max(0, wave.maxConcurrentVms - wave.vms.filter(isMoving).length);
  const start = ready.slice(0, free);
  return { start, holds: ready.length > free ? [...holds, slotsHold(wave, start)] : holds };
}

/** A parked VM holds no slot; one that goes on takes one at once, even if that is one too many for a while. */
export function isMoving({ phase }: VmView): boolean {
  return phase === 'starting' || phase === 'running';
}

function priorityOf({ priority = DEFAULT_PRIORITY }: VmView): number {
  return priority;
}

/** Failed, given up, or waiting for an operator. */
export function isBad({ phase, outcome }: VmView): boolean {
  return phase === 'parked' || outcome === 'failed' || outcome === 'aborted';
}

// ---- Pause --------------------------------------------------------------------------------------------------

function pauseHold({ paused }: WaveView<VmView>): Reason | null {
  if (paused === null) return null;
  return {
    kind: 'paused',
    why: `paused by ${paused.who}: ${paused.why}`,
    needsOperator: true,
    vms: [],
    count: 0,
  };
}

// ---- Canary -------------------------------------------------------------------------------------------------

/** Needs an operator from the first canary on that did not end well; until then it is for those that are no canaries. */
function canaryHold({ vms, released }: WaveView<VmView>, queued: readonly VmView[]): Reason | null {
  if (released.canary) return null;
  const canaries = vms.filter(({ canary }) => canary === true);
  const bad = canaries.filter(isBad);
  if (bad.length > 0) {
    const why = `of the canaries, ${describe(bad)}`;
    return { kind: 'canary', why, needsOperator: true, ...listed(bad) };
  }
  const open = canaries.filter(({ phase }) => phase !== 'ended');
  if (open.length === 0 || queued.every(({ canary }) => canary === true)) return null;
  return { kind: 'canary', why: `canaries first: ${describe(open)}`, needsOperator: false, ...listed(open) };
}

// ---- Gate ---------------------------------------------------------------------------------------------------

function gateHold({ vms, rules: { gate } }: WaveView<VmView>): Reason | null {
  if (gate === null) return null;
  const counted = vms.filter(isCounted);
  const come = counted.filter(({ phase }) => phase === 'parked' || phase === 'ended');
  const bad = come.filter(isBad);
  if (!isTooMany(bad.length, come.length, { gate, all: counted.length })) return null;
  const { most } = gate;
  const bound = typeof most === 'number' ? `${most} at most` : `${most.percent} % of them at most`;
  const why = `${bad.length} of ${come.length} VMs failed, were aborted or are parked; the gate lets pass ${bound}`;
  return { kind: 'gate', why, needsOperator: true, ...listed(bad) };
}

/** Those that say something about how the wave goes. */
function isCounted({ outcome, unstarted, forgiven }: VmView): boolean {
  return outcome !== 'alreadyMigrated' && outcome !== 'skipped' && unstarted !== true && forgiven !== true;
}

/** A wave that is smaller than `minVms` is judged when all of it has come. */
function isTooMany(
  bad: number,
  come: number,
  { gate, all }: { gate: NonNullable<WaveRules['gate']>; all: number },
): boolean {
  if (typeof gate.most === 'number') return bad > gate.most;
  return come >= Math.min(gate.minVms, all) && bad * 100 > gate.most.percent * come;
}

// ---- Windows ------------------------------------------------------------------------------------------------

/** Who starts in time goes on: a window that closes stops nobody. */
function windowHold({ window }: WaveView<VmView>): Reason | null {
  if (window === undefined || window.open) return null;
  const { until, local } = window;
  const why = `the start windows are shut; the next opens ${local ?? 'later'}`;
  return {
    kind: 'window',
    why,
    needsOperator: false,
    vms: [],
    count: 0,
    ...(until !== null && { until }),
  };
}

// ---- Groups -------------------------------------------------------------------------------------------------

/**
 * One for each group with queued VMs that waits. A group is done when each of its VMs has ended, none of them failed or
 * aborted, and what it comes after is done, too. After a resume, what failed of it holds up nobody.
 */
function groupHolds({ vms, rules, released }: WaveView<VmView>, queued: readonly VmView[]): Reason[] {
  if (rules.groups.length === 0) return [];
  const members = new Map<string, VmView[]>(rules.groups.map(({ name }) => [name, []]));
  for (const vm of vms) if (vm.group !== undefined) members.get(vm.group)?.push(vm);
  const blocking = new Map(
    [...members].map(([name, all]) => [name, all.filter((vm) => blocks(vm, released.groups.includes(name)))]),
  );
  const isOpen = (name: string): boolean => (blocking.get(name) ?? []).length > 0;
  const behind = groupsBehind(rules.groups, isOpen);
  const waiting = new Set(queued.map(({ group }) => group));
  return rules.groups
    .filter(({ name }) => behind.has(name) && waiting.has(name))
    .map((group) => groupHold(group, { rules, blocking }));
}

function blocks({ phase, outcome }: VmView, released: boolean): boolean {
  if (phase !== 'ended') return true;
  return !released && (outcome === 'failed' || outcome === 'aborted');
}

type Group = WaveRules['groups'][number];

/** By the nearest groups that hold it up. */
function groupHold(
  { name, after }: Group,
  { rules, blocking }: { rules: WaveRules; blocking: ReadonlyMap<string, VmView[]> },
): Reason {
  let former = after;
  const blockers = () => former.flatMap((group) => blocking.get(group) ?? []);
  while (blockers().length === 0)
    former = rules.groups.filter((group) => former.includes(group.name)).flatMap((group) => group.after);
  const names = [...new Set(former)].filter((group) => (blocking.get(group) ?? []).length > 0);
  const vms = names.flatMap((group) => blocking.get(group)!);
  const why = `group ${name} waits for ${names.join(', ')}: ${describe(vms)}`;
  const needsOperator = vms.every(isBad);
  return { kind: 'group', group: name, why, needsOperator, ...listed(vms) };
}

/** Groups that a resume lets pass: all of their VMs have ended, some of them badly, and another group waits for them. */
export function failedGroups<T extends VmView>(wave: WaveView<T>): string[] {
  const named = new Set(wave.rules.groups.flatMap(({ after }) => after));
  return [...named].filter((name) => {
    const members = wave.vms.filter(({ group }) => group === name);
    return (
      !wave.released.groups.includes(name) &&
      members.every(({ phase }) => phase === 'ended') &&
      members.some(isBad)
    );
  });
}

// ---- Slots --------------------------------------------------------------------------------------------------

/** @param start those that start now: the others wait for them, too */
function slotsHold({ vms, maxConcurrentVms }: WaveView<VmView>, start: readonly VmView[]): Reason {
  const moving = [...vms.filter(isMoving), ...start];
  const run = moving.length === 1 ? '1 VM runs' : `${moving.length} VMs run`;
  const why = `${run}, and maxConcurrentVms is ${maxConcurrentVms}`;
  return { kind: 'slots', why, needsOperator: false, ...listed(moving) };
}

// ---- Words --------------------------------------------------------------------------------------------------

/** VMs that a sentence names. */
export const MOST_NAMED = 5;

function listed(vms: readonly VmView[]): { vms: string[]; count: number } {
  return { vms: vms.slice(0, MOST_NAMED).map(({ name }) => name), count: vms.length };
}

/** `db01 failed, db02 is parked and 3 more`. Those that need someone come first. */
function describe(vms: readonly VmView[]): string {
  const named = firstFew(vms, isBad);
  if (named.length < MOST_NAMED) named.push(...firstFew(vms, (vm) => !isBad(vm)));
  const texts = named.slice(0, MOST_NAMED).map((vm) => `${vm.name} ${standing(vm)}`);
  return listSome(texts, MOST_NAMED, vms.length);
}

/** Of thousands, no more are looked at than are named. */
function firstFew(vms: readonly VmView[], holds: (vm: VmView) => boolean): VmView[] {
  const few: VmView[] = [];
  for (const vm of vms) {
    if (few.length === MOST_NAMED) break;
    if (holds(vm)) few.push(vm);
  }
  return few;
}

function standing({ phase, outcome }: VmView): string {
  switch (phase) {
    case 'queued':
      return 'is queued';
    case 'starting':
    case 'running':
      return 'runs';
    case 'parked':
      return 'is parked';
    case 'ended':
      return outcome === 'aborted' ? 'was aborted' : (outcome ?? 'ended');
  }
}
