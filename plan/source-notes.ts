/**
 * What a vCenter notes on a VM: tags become labels of the VirtualMachine, custom attributes its annotations, as Forklift has it
 * (pkg/controller/plan/adapter/vsphere/builder.go: SourceVMLabelsAndAnnotations). Whoever may write notes at the source writes
 * what they say, so all of it is bounded, and no note can have another prefix than this.
 */
import { isLabelKey, isLabelValue } from './check-labels';

/** Of each key, so that no note has the name of a label of ours, or of anybody else's. */
const PREFIX = 'vsphere.forklift.konveyor.io/';
/** Kubernetes' limit of the name in a key, and of a label's value. */
const LONGEST = 63;
/** Labels of one VM, and annotations. */
export const MOST_NOTES = 64;
/** Characters of an annotation's value. */
export const LONGEST_ATTRIBUTE = 1_024;
/** Characters of a name or a value that a sentence quotes. */
const LONGEST_SHOWN = 100;

/** A tag, or a custom attribute. */
export interface SourceNote {
  name: string;
  /** Of a tag its description; empty where it has none. */
  value: string;
}

export interface SourceNotes {
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

export const NOTE_RULE = `give keys that begin with ${PREFIX}`;

/** What the plan wants of them. */
interface Wanted {
  /** No tags. */
  disabled: boolean;
  /** Only these tags, in any case; empty: all. */
  labelTags: readonly string[];
}

/** A VM's, as the vCenter has them. */
interface NotesOfVm {
  tags: readonly SourceNote[];
  attributes: readonly SourceNote[];
}

/** What becomes of a note; without a key, nothing. */
interface Mapped {
  note: SourceNote;
  key: string | null;
  value: string;
}

export function notesOf(notes: NotesOfVm, wanted: Wanted): SourceNotes {
  const made = mapped(notes, wanted);
  return { labels: byKey(made.tags), annotations: byKey(made.attributes) };
}

/** Notes that do not arrive as they are, each in a clause. */
export function changedNotes(notes: NotesOfVm, wanted: Wanted): string[] {
  const { tags, attributes } = mapped(notes, wanted);
  return [
    ...tags.flatMap((one) => changeOf('tag', one)),
    ...attributes.flatMap((one) => changeOf('attribute', one)),
  ];
}

function changeOf(kind: string, { note, key, value }: Mapped): string[] {
  const name = `${kind} ${JSON.stringify(note.name.slice(0, LONGEST_SHOWN))}`;
  if (key === null) return [`${name} does not arrive`];
  const isSame = key === PREFIX + note.name && value === note.value;
  return isSame ? [] : [`${name} arrives as ${key}: ${JSON.stringify(value.slice(0, LONGEST_SHOWN))}`];
}

function byKey(all: readonly Mapped[]): Record<string, string> {
  return Object.fromEntries(all.flatMap(({ key, value }) => (key === null ? [] : [[key, value]])));
}

function mapped({ tags, attributes }: NotesOfVm, { disabled, labelTags }: Wanted) {
  const names = labelTags.map((name) => name.toLowerCase());
  const isNamed = ({ name }: SourceNote) => names.length === 0 || names.includes(name.toLowerCase());
  return {
    tags: disabled ? [] : withKeys(tags.filter(isNamed), asLabel),
    attributes: withKeys(
      attributes.filter(({ value }) => value !== ''),
      (value) => value.slice(0, LONGEST_ATTRIBUTE),
    ),
  };
}

/**
 * Of several notes whose keys are alike the first by name counts, and by value of those of one name (tags of two categories), in
 * whatever order the vCenter lists them.
 */
function withKeys(notes: readonly SourceNote[], valueOf: (value: string) => string): Mapped[] {
  const sorted = [...notes].sort((one, other) => (isBefore(one, other) ? -1 : 1));
  const taken = new Set<string>();
  return sorted.map((note) => {
    const name = asLabel(note.name);
    const key = name === '' || taken.has(name) || taken.size === MOST_NOTES ? null : PREFIX + name;
    if (key !== null) taken.add(name);
    return { note, key, value: valueOf(note.value) };
  });
}

function isBefore(one: SourceNote, other: SourceNote): boolean {
  return one.name === other.name ? one.value < other.value : one.name < other.name;
}

/** With `_` for each character that no label has, cut to its limit; empty where nothing is left. */
function asLabel(text: string): string {
  const bare = (some: string) => some.replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  return bare(bare(text.slice(0, 1_024).replace(/[^A-Za-z0-9._-]/g, '_')).slice(0, LONGEST));
}

/** Whether a key is one that {@link notesOf} makes. */
export function isNoteKey(key: string): boolean {
  return key.startsWith(PREFIX) && isLabelKey(key);
}

/** Whether these are labels that {@link notesOf} could have made. */
export function areNoteLabels(labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([key, value]) => isNoteKey(key) && isLabelValue(value));
}
