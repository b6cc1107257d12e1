/**
 * Whether documents are of a size that the rest of this folder may walk through without counting. Looked at before
 * anything else is, in one pass that ends at the first bound that is passed.
 */
import { documentName, flattenLists } from './documents';
import {
  MOST_CHARACTERS,
  MOST_DOCUMENTS,
  MOST_LEVELS,
  MOST_NAME,
  MOST_TEXT,
  MOST_VALUES,
  MOST_VMS,
} from './limits';
import { errorAt, type Location, type Problem } from './problem';

/** The bound that is passed; null where none is. */
export function checkBounds(documents: readonly unknown[]): Problem | null {
  if (documents.length > MOST_DOCUMENTS) return tooManyDocuments({ path: '' });
  const left: Left = { values: MOST_VALUES, characters: MOST_CHARACTERS };
  for (const [position, document] of documents.entries()) {
    const passed = passedBound(document, left);
    if (passed !== null) {
      const { path = '', found, remedy } = passed;
      return errorAt({ manifest: documentName(document, position), path }, found, remedy);
    }
  }
  const flat = documents.flatMap((document) => flattenLists(document));
  return flat.length > MOST_DOCUMENTS ? tooManyDocuments({ path: '' }) : null;
}

export function tooManyDocuments(at: Location): Problem {
  const found = `there are more than ${MOST_DOCUMENTS} documents`;
  return errorAt(at, found, 'give the Plan and what it refers to, and nothing else');
}

/** What all documents together may still hold. */
interface Left {
  values: number;
  characters: number;
}

type Passed = Pick<Problem, 'found' | 'remedy'> & { path?: string };

interface Visit {
  value: unknown;
  /** Name of the field; empty for list items. */
  key: string;
  level: number;
}

/** A stack of its own instead of recursion: how deep a document is nested is one of the things to find out. */
function passedBound(document: unknown, left: Left): Passed | null {
  const visits: Visit[] = [{ value: document, key: '', level: 0 }];
  for (let visit = visits.pop(); visit !== undefined; visit = visits.pop()) {
    const passed = checkVisit(visit, left);
    if (passed !== null) return passed;
    const { value, level } = visit;
    if (Array.isArray(value)) {
      for (const item of value) visits.push({ value: item, key: '', level: level + 1 });
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, child] of Object.entries(value)) visits.push({ value: child, key, level: level + 1 });
    }
  }
  return null;
}

function checkVisit({ value, key, level }: Visit, left: Left): Passed | null {
  if (key.length > MOST_NAME) {
    const found = `the name of a field has ${key.length} characters ("${key.slice(0, 40)}…")`;
    return { found, remedy: `give at most ${MOST_NAME}` };
  }
  left.characters -= key.length;
  if (typeof value === 'string') return checkText(value, key, left);
  if (typeof value !== 'object' || value === null) return null;
  if (level > MOST_LEVELS) return tooDeep;
  const size = Array.isArray(value) ? value.length : Object.keys(value).length;
  if (key === 'vms' && size > MOST_VMS) return tooManyVms(size);
  left.values -= size;
  return left.values < 0 ? tooManyValues : null;
}

function checkText(text: string, key: string, left: Left): Passed | null {
  left.characters -= text.length;
  if (text.length > MOST_TEXT) {
    const found = `a text ${key === '' ? 'in a list' : `("${key}")`} has ${text.length} characters`;
    return { found, remedy: `give at most ${MOST_TEXT}` };
  }
  if (left.characters >= 0) return null;
  const found = `the manifests hold more than ${MOST_CHARACTERS} characters`;
  return {
    found,
    remedy: 'leave out what Drover does not read, as status and annotations, or split the plan',
  };
}

function tooManyVms(count: number): Passed {
  const remedy = `split it into plans of at most ${MOST_VMS} VMs`;
  return { path: 'spec.vms', found: `the plan lists ${count} VMs`, remedy };
}

export const tooDeep = {
  found: `more than ${MOST_LEVELS} groups and lists are inside one another`,
  remedy: 'remove what Drover does not read: no manifest is nested so deep',
};

export const tooManyValues = {
  found: `there are more than ${MOST_VALUES} fields and list items`,
  remedy: 'remove what Drover does not read, or split the plan',
};
