/** `spec.drover.wave` of one Plan: its texts → the entries of `spec.vms` that they mean, and all that is wrong with it. */
import { EntryTexts } from './entry-texts';
import { findCycles, firstOf, formers, type Ranked } from './group-order';
import type { PlanManifest } from './manifests/plan';
import { DEFAULT_PRIORITY } from './manifests/wave';
import { errorAt, type Problem } from './problem';
import { didYouMean } from './suggest';
import type { WaveRules } from './wave';

/** VMs are places in `spec.vms`. */
export interface ReadWave {
  /** Null where the plan says nothing of its wave. */
  rules: WaveRules | null;
  groupOf: ReadonlyMap<number, string>;
  priorityOf: ReadonlyMap<number, number>;
  /** So many of a run, the first of them; or these. */
  canaries: number | ReadonlySet<number>;
  problems: Problem[];
}

/** Judged from so many VMs on, where the plan does not say. */
const DEFAULT_MIN_VMS = 5;

/** Guesses cost time: of very many unknown names only so many get one. */
const MOST_GUESSES = 50;

/** Of the VMs at these places of `spec.vms`, what each is in a run of them alone. */
export function rolesOf(wave: ReadWave, places: readonly number[]) {
  const ranked = places.map((place): Ranked => ({
    place,
    group: wave.groupOf.get(place) ?? null,
    priority: wave.priorityOf.get(place) ?? DEFAULT_PRIORITY,
  }));
  const { canaries, rules } = wave;
  const first =
    typeof canaries === 'number'
      ? new Set(firstOf(ranked, rules?.groups ?? [], canaries).map(({ place }) => place))
      : canaries;
  return new Map(
    ranked.map(({ place, group, priority }) => [place, { group, priority, canary: first.has(place) }]),
  );
}

/** @param manifest the Plan's name as problems show it */
export function readWave({ spec }: PlanManifest, manifest: string): ReadWave {
  const reader = new WaveReader(spec, manifest);
  const { groups, priorities, canary, gate, startWindows } = spec.drover.wave;
  const lists = [groups, priorities, startWindows];
  const said = lists.some(({ length }) => length > 0) || canary !== undefined || gate !== undefined;
  const groupOf = reader.groups();
  const priorityOf = reader.priorities(groupOf);
  const acyclic = reader.checkAfter();
  const canaries = reader.canaries(acyclic ? groupOf : null);
  reader.checkGate();
  reader.checkWindows('startWindows');
  reader.checkWindows('cutoverWindows');
  const rules: WaveRules = {
    groups: groups.map(({ name, after }) => ({ name, after })),
    gate: gate === undefined ? null : { most: gate.maxFailed, minVms: gate.minVms ?? DEFAULT_MIN_VMS },
    ...(startWindows.length > 0 && { startWindows }),
  };
  return { rules: said ? rules : null, groupOf, priorityOf, canaries, problems: reader.problems };
}

class WaveReader {
  readonly problems: Problem[] = [];
  private readonly texts: EntryTexts;
  private guesses = 0;

  constructor(
    private readonly spec: PlanManifest['spec'],
    private readonly manifest: string,
  ) {
    this.texts = new EntryTexts(spec.vms);
  }

  groups(): Map<number, string> {
    const groupOf = new Map<number, string>();
    const names = new Set<string>();
    this.wave.groups.forEach(({ name, vms }, i) => {
      if (names.has(name)) this.add(`groups[${i}].name`, `there are two groups "${name}"`, 'rename one');
      names.add(name);
      vms.forEach((text, j) => {
        const path = `groups[${i}].vms[${j}]`;
        const place = this.find(text, path);
        if (place === null) return;
        const former = groupOf.get(place);
        if (former === undefined) groupOf.set(place, name);
        else this.add(path, `VM "${text}" is in group "${former}" already`, 'leave it in one group, once');
      });
    });
    return groupOf;
  }

  /** A VM's own, else its group's. */
  priorities(groupOf: ReadonlyMap<number, string>): Map<number, number> {
    const ofGroup = new Map(this.wave.groups.map(({ name, priority }) => [name, priority]));
    const own = new Map<number, number>();
    this.wave.priorities.forEach(({ vm, priority }, i) => {
      const path = `priorities[${i}].vm`;
      const place = this.find(vm, path);
      if (place === null) return;
      if (own.has(place)) this.add(path, `VM "${vm}" has a priority already`, 'give it one');
      else own.set(place, priority);
    });
    const inherited = [...groupOf].map(([place, group]) => [place, ofGroup.get(group)!] as const);
    return new Map([...inherited, ...own]);
  }

  /** Whether the groups can be put into an order. */
  checkAfter(): boolean {
    const names = this.wave.groups.map(({ name }) => name);
    this.wave.groups.forEach(({ after }, i) => {
      after.forEach((former, j) => {
        if (names.includes(former)) return;
        const otherwise = `name one of: ${names.join(', ')}`;
        const remedy = didYouMean(former, names, otherwise);
        this.add(`groups[${i}].after[${j}]`, `no group is named "${former}"`, remedy);
      });
    });
    const cycles = findCycles(this.wave.groups);
    for (const cycle of cycles) {
      const found = `the groups come after one another: ${cycle.join(' → ')}`;
      const path = `groups[${names.indexOf(cycle[0]!)}].after`;
      this.add(path, found, 'take one of them out of the after of the one before it');
    }
    return cycles.length === 0;
  }

  /** @param groupOf null where groups have no order */
  canaries(groupOf: ReadonlyMap<number, string> | null): number | Set<number> {
    const { canary } = this.wave;
    const { length } = this.spec.vms;
    if (canary === undefined) return 0;
    if (typeof canary.vms === 'number') {
      const found = `is ${canary.vms}, and the plan has ${length} VM${length === 1 ? '' : 's'}`;
      if (canary.vms > length) this.add('canary.vms', found, `give at most ${length}`);
      return canary.vms;
    }
    const paths = new Map<number, string>();
    canary.vms.forEach((text, i) => {
      const place = this.find(text, `canary.vms[${i}]`);
      if (place === null) return;
      if (paths.has(place)) this.add(`canary.vms[${i}]`, `VM "${text}" is a canary already`, 'name it once');
      else paths.set(place, `canary.vms[${i}]`);
    });
    if (groupOf !== null) this.checkOrder(paths, groupOf);
    return new Set(paths.keys());
  }

  /** A canary that waited for a VM that waits for the canaries would never start. */
  private checkOrder(canaries: ReadonlyMap<number, string>, groupOf: ReadonlyMap<number, string>): void {
    const others = [...groupOf].filter(([place]) => !canaries.has(place));
    for (const [place, path] of canaries) {
      const group = groupOf.get(place);
      const before = group === undefined ? new Set<string>() : formers(this.wave.groups, group);
      const blocking = others.find(([, other]) => before.has(other));
      if (blocking === undefined) continue;
      const [other, former] = blocking;
      const found = `it waits for group "${former}", and ${this.nameOf(other)} of that is no canary`;
      this.add(path, found, `make ${this.nameOf(other)} a canary, too, or choose another`);
    }
  }

  checkGate(): void {
    const { gate } = this.wave;
    if (gate === undefined) return;
    const { maxFailed, minVms } = gate;
    const { length } = this.spec.vms;
    if (typeof maxFailed === 'number') {
      const found = `is ${maxFailed}, and the plan has ${length} VM${length === 1 ? '' : 's'}: more can't fail`;
      if (maxFailed >= length) this.add('gate.maxFailed', found, `give less than ${length}`);
      const remedy = 'remove it, or give maxFailed as a share: 20%';
      if (minVms !== undefined) this.add('gate.minVms', 'counts only beside a share', remedy);
    } else if (minVms !== undefined && minVms > length) {
      const found = `is ${minVms}, and the plan has ${length} VM${length === 1 ? '' : 's'}`;
      this.add('gate.minVms', found, `give at most ${length}`);
    }
  }

  /** `24:00` and `00:00` are one moment, and not one time: the first ends a day, the second begins it. */
  checkWindows(field: 'startWindows' | 'cutoverWindows'): void {
    this.wave[field].forEach(({ from, to }, i) => {
      const remedy = 'give another end; for a whole day, from "00:00" to "24:00"';
      if (from === to) this.add(`${field}[${i}].to`, `is "${to}", as from is: it never opens`, remedy);
    });
  }

  private get wave() {
    return this.spec.drover.wave;
  }

  private find(text: string, path: string): number | null {
    const [place, ...others] = this.texts.placesOf(text);
    if (place !== undefined && others.length === 0) return place;
    if (place !== undefined) {
      this.add(
        path,
        `${others.length + 1} entries of spec.vms go by "${text}"`,
        'give the id of one, here and there',
      );
      return null;
    }
    this.guesses += 1;
    const known = this.guesses > MOST_GUESSES ? [] : this.texts.all();
    const remedy = didYouMean(text, known, 'name a VM as spec.vms does, by its id or name there');
    this.add(path, `no VM "${text}" is in spec.vms`, remedy);
    return null;
  }

  private nameOf(place: number): string {
    const { id, name } = this.spec.vms[place]!;
    return `"${name ?? id}"`;
  }

  private add(path: string, found: string, remedy: string): void {
    this.problems.push(errorAt({ manifest: this.manifest, path: `spec.drover.wave.${path}` }, found, remedy));
  }
}
