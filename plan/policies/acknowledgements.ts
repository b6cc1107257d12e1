/** `spec.drover.acknowledge` of one Plan: which policies are acknowledged for which of its VMs, and all that is wrong with it. */
import { EntryTexts } from '../entry-texts';
import type { PlanManifest } from '../manifests/plan';
import { errorAt, type Problem } from '../problem';
import { didYouMean } from '../suggest';
import { POLICIES } from './all';

export interface Acknowledgements {
  /** The reason, of a policy and an entry of `spec.vms`; null where nobody has acknowledged it. */
  whyOf(policy: string, place: number): string | null;
  problems: Problem[];
}

/** @param manifest the Plan's name as problems show it */
export function readAcknowledgements({ spec }: PlanManifest, manifest: string): Acknowledgements {
  const texts = new EntryTexts(spec.vms);
  const problems: Problem[] = [];
  const reasons = new Map<string, string>();
  const add = (path: string, found: string, remedy: string) =>
    problems.push(errorAt({ manifest, path: `spec.drover.acknowledge${path}` }, found, remedy));
  spec.drover.acknowledge.forEach(({ policy, vms, why }, i) => {
    const fault = policyFault(policy);
    if (fault !== null) add(`[${i}].policy`, fault.found, fault.remedy);
    const places =
      vms === undefined ? [null] : vms.map((text, j) => placeOf(texts, text, add, `[${i}].vms[${j}]`));
    for (const place of places) {
      if (place === undefined) continue;
      const key = keyOf(policy, place);
      if (reasons.has(key))
        add(`[${i}]`, `${policy} is acknowledged already`, 'acknowledge it once for each VM');
      else reasons.set(key, why);
    }
  });
  const whyOf = (policy: string, place: number) =>
    reasons.get(keyOf(policy, place)) ?? reasons.get(keyOf(policy, null)) ?? null;
  return { whyOf, problems };
}

/** A place of null is every VM of the Plan. */
function keyOf(policy: string, place: number | null): string {
  return `${policy}/${place ?? 'all'}`;
}

function policyFault(id: string): Pick<Problem, 'found' | 'remedy'> | null {
  const policy = POLICIES.find((one) => one.id === id);
  if (policy === undefined) {
    const known = POLICIES.filter(({ impossible }) => !impossible).map((one) => one.id);
    return {
      found: `there is no policy "${id}"`,
      remedy: didYouMean(id, known, 'name one that drover plan check shows in brackets'),
    };
  }
  if (!policy.impossible) return null;
  return {
    found: `${id} can not be acknowledged: Drover could not migrate such a VM`,
    remedy: policy.remedy,
  };
}

function placeOf(
  texts: EntryTexts,
  text: string,
  add: (path: string, found: string, remedy: string) => unknown,
  path: string,
): number | undefined {
  const [place, ...others] = texts.placesOf(text);
  if (place === undefined)
    add(path, `no VM "${text}" is in spec.vms`, 'name a VM as spec.vms does, by its id or name there');
  if (others.length === 0) return place;
  add(path, `${others.length + 1} entries of spec.vms go by "${text}"`, 'give the id of one, here and there');
  return undefined;
}
