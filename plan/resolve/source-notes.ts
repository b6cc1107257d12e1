/** What the vCenter notes on the VMs of a plan, as far as the plan wants it (`tagMapping`). */
import type { FrozenVm } from '../frozen';
import type { SourceInventory } from '../inventory';
import type { ManifestSet } from '../manifest-set';
import { errorAt, type Problem } from '../problem';
import { changedNotes, notesOf } from '../source-notes';
import type { Frame } from './frame';
import { planAt } from './places';

/** Null: nothing. */
export function wantedNotes({ plan }: ManifestSet): { tags: boolean } | null {
  const { tagMapping } = plan.spec;
  return tagMapping === undefined ? null : { tags: !tagMapping.disabled };
}

type Noted = Pick<Frame, 'set' | 'notes'>;

export function frozenNotes({ set, notes }: Noted, moref: string): Pick<FrozenVm, 'sourceNotes'> {
  const { tagMapping } = set.plan.spec;
  if (tagMapping === undefined || notes === undefined) return {};
  const made = notesOf(notesOn(notes, moref), tagMapping);
  const isEmpty = [made.labels, made.annotations].every((one) => Object.keys(one).length === 0);
  return isEmpty ? {} : { sourceNotes: made };
}

/** Each in a clause. */
export function changedNotesOf({ set, notes }: Noted, moref: string): string[] {
  const { tagMapping } = set.plan.spec;
  return tagMapping === undefined || notes === undefined
    ? []
    : changedNotes(notesOn(notes, moref), tagMapping);
}

function notesOn({ tags, attributes }: NonNullable<Noted['notes']>, moref: string) {
  return { tags: tags[moref] ?? [], attributes: attributes[moref] ?? [] };
}

export function checkNotes(set: ManifestSet, { notes }: Pick<SourceInventory, 'notes'>): Problem[] {
  if (notes === undefined || notes.fault === null) return [];
  const remedy = "see that the Provider's login may use the vCenter's REST API, or set disabled: true";
  return [
    errorAt(planAt(set, 'spec.tagMapping'), `the vCenter gives no tags of the VMs: ${notes.fault}`, remedy),
  ];
}
