/** What speaks against VMs that are to be added to a wave. Pure. */
import type { Document } from '../../plan/documents';
import { MAX_VMS_PER_WAVE } from '../../plan/field-limits';
import { formers } from '../../plan/group-order';
import type { OutlineRow } from '../../plan/outline';
import { errorAt, type Location, type Problem } from '../../plan/problem';
import type { PlacedEntry } from '../../plan/entry-texts';
import { didYouMean } from '../../plan/suggest';
import { planName } from '../../plan/workflow-ids';
import type { WaveState, WaveVm } from '../temporal-api';

/** Where an entry of `spec.vms` stands in the documents; without a place, the whole list. */
type Place = (place?: number) => Location;

/** Entries that mean VMs of the wave: of these nobody need ask the source. */
export function entriesWithin(
  { vms }: WaveState,
  entries: readonly PlacedEntry[],
  at: Place,
): { place: number; problem: Problem }[] {
  const byMoref = new Map(vms.map((vm) => [vm.moref, vm]));
  const byName = new Map(vms.map((vm) => [vm.name, vm]));
  const within = ({ id, name }: Document): WaveVm | undefined =>
    id === undefined ? byName.get(name as string) : byMoref.get(id as string);
  return entries.flatMap(({ place, entry }) => {
    const vm = within(entry);
    return vm === undefined ? [] : [{ place, problem: alreadyIn(vm, at(place)) }];
  });
}

function alreadyIn({ name, moref, phase, outcome }: WaveVm, at: Location): Problem {
  const standing = phase === 'ended' ? (outcome ?? phase) : phase;
  const remedy = 'leave it out; what did not succeed migrates when the plan is run again, after the wave';
  return errorAt(at, `VM "${name}" (${moref}) is in the wave already (${standing})`, remedy);
}

/** VMs in outline, with the plan and the vCenter that they are of. */
export interface Added {
  plan: { namespace: string; name: string };
  vcenterUuid: string;
  rows: readonly OutlineRow[];
}

/** @param vcenterUuid the wave's; empty where it has no VM yet */
export function judgeAdded(
  { state, vcenterUuid }: { state: WaveState; vcenterUuid: string },
  { rows, ...added }: Added,
  at: Place,
): Problem[] {
  const plan = planName(state.plan);
  if (planName(added.plan) !== plan)
    return [errorAt(at(), `they are of plan ${planName(added.plan)}`, `give the documents of plan ${plan}`)];
  if (vcenterUuid !== '' && added.vcenterUuid !== vcenterUuid)
    return [errorAt(at(), "they are of another vCenter than the wave's", 'migrate them by another plan')];
  return [
    ...tooMany(state, rows, at),
    ...rows.flatMap((row) => judgeRow(state, row, at(row.place))),
    ...deadlocks(state, rows, at),
  ];
}

function tooMany({ vms }: WaveState, rows: readonly OutlineRow[], at: Place): Problem[] {
  if (vms.length + rows.length <= MAX_VMS_PER_WAVE) return [];
  const found = `the wave has ${vms.length} VMs, and takes at most ${MAX_VMS_PER_WAVE} (PlanTooLarge)`;
  return [errorAt(at(), found, 'migrate them by another plan')];
}

function judgeRow({ vms, rules }: WaveState, { moref, role }: OutlineRow, at: Location): Problem[] {
  const vm = vms.find((one) => one.moref === moref);
  if (vm !== undefined) return [alreadyIn(vm, at)];
  const group = role?.group ?? null;
  const groups = rules?.groups.map(({ name }) => name) ?? [];
  if (group === null || groups.includes(group)) return [];
  const otherwise = groups.length > 0 ? `put it into one of: ${groups.join(', ')}` : 'put it into none';
  const found = `its group "${group}" is none of the wave's, which keeps those with which it started`;
  return [errorAt(at, found, didYouMean(group, groups, otherwise))];
}

type Ranked = Pick<WaveVm, 'name' | 'group' | 'canary'> & { place?: number };

/** A canary that waits for a VM that waits for the canaries would never start. */
function deadlocks(state: WaveState, rows: readonly OutlineRow[], at: Place): Problem[] {
  const { vms, rules, released } = state;
  if (rules === undefined || released?.canary === true) return [];
  const open: Ranked[] = vms.filter(({ phase }) => phase === 'queued');
  for (const { name, place, role, migrated } of rows)
    if (migrated !== true)
      open.push({
        name,
        place,
        ...(role?.group != null && { group: role.group }),
        ...(role?.canary === true && { canary: true }),
      });
  return open.flatMap((canary) => {
    if (canary.canary !== true || canary.group === undefined) return [];
    const before = formers(rules.groups, canary.group);
    const other = open.find(({ group, canary: is }) => is !== true && before.has(group ?? ''));
    const place = canary.place ?? other?.place;
    if (other === undefined || place === undefined) return [];
    const found = `canary "${canary.name}" waits for group "${other.group}", and "${other.name}" of that is no canary`;
    return [errorAt(at(place), found, `make "${other.name}" a canary, too, or "${canary.name}" none`)];
  });
}
