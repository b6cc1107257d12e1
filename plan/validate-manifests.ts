/**
 * A user's documents → one typed set: a Plan and everything that it refers to, or every problem at once.
 * The same function runs where the files are read and, again, where the plan is resolved: any client may send them.
 */
import { checkBounds } from './check-bounds';
import { flattenLists } from './documents';
import type { ManifestSet } from './manifest-set';
import type { PlanManifest } from './manifests/plan';
import { cutProblems, errorAt, refuses, type Problem } from './problem';
import { readDocument, type ReadDocument } from './read-document';
import { checkAgainst, type Registered } from './registered';
import { resolveReferences } from './resolve-references';

export interface Validated {
  /** Null where it can't be read. */
  plan: PlanManifest | null;
  /** Null where a problem refuses the plan, and where a Provider of it may be registered at the worker. */
  set: ManifestSet | null;
  problems: Problem[];
}

/** @param registered where Providers that are not among the documents may be */
export function validateManifests(documents: readonly unknown[], registered: Registered = 'none'): Validated {
  const passed = checkBounds(documents);
  if (passed !== null) return { plan: null, set: null, problems: [passed] };
  const { problems, ...read } = validate(documents, registered);
  return { ...read, problems: cutProblems(problems) };
}

function validate(documents: readonly unknown[], registered: Registered): Validated {
  const read = readAll(documents);
  const problems = [...read.flatMap((document) => document.problems), ...checkAgainst(registered, read)];
  const [first, ...others] = read.filter(({ kind }) => kind === 'Plan');
  if (first === undefined) {
    problems.push(errorAt({ path: '' }, 'no Plan is among the manifests', 'add one'));
    return { plan: null, set: null, problems };
  }
  for (const { name } of others) {
    problems.push(
      errorAt(
        { manifest: name, path: '' },
        `${first.name} is among the manifests, too`,
        'give one Plan at a time',
      ),
    );
  }
  if (first.manifest?.kind !== 'Plan') return { plan: null, set: null, problems };
  const { set, problems: unresolved } = resolveReferences(first.manifest, read, registered);
  problems.push(...unresolved);
  return { plan: first.manifest, set: refuses(problems) ? null : set, problems };
}

/** Reads every document, of a number that `checkBounds` allows; of two with the same name the second is refused. */
export function readAll(documents: readonly unknown[]): ReadDocument[] {
  const seen = new Set<string>();
  return documents
    .flatMap((document) => flattenLists(document))
    .map(({ value }, position) => {
      const document = readDocument(value, position);
      if (!seen.has(document.name)) {
        seen.add(document.name);
        return document;
      }
      const at = { manifest: `document ${position + 1}`, path: '' };
      const problem = errorAt(at, `${document.name} is among the manifests twice`, 'remove one');
      return { name: at.manifest, kind: null, manifest: null, problems: [problem] };
    });
}
