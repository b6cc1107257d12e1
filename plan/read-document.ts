/** One of a user's documents → one typed manifest, or everything that is wrong with it. */
import { checkManifest } from './check-manifest';
import { documentName, dropNulls, isDocument } from './documents';
import { formatPath, type FieldPath } from './field-path';
import { inspectFields } from './inspect-fields';
import { API_VERSION } from './manifests/common';
import { isKind, REFUSED_KINDS, SCHEMAS, type Kind, type Manifest } from './manifests/kinds';
import { errorAt, refuses, type Problem } from './problem';
import { describeIssue } from './schema-problems';
import { didYouMean } from './suggest';

export interface ReadDocument {
  /** As problems name it. */
  name: string;
  /** What it claims to be; null where Drover reads no such kind. */
  kind: Kind | null;
  /** Null where a problem refuses it. */
  manifest: Manifest | null;
  problems: Problem[];
}

/** `position` counts from 0; problems name a nameless document by it. */
export function readDocument(value: unknown, position: number): ReadDocument {
  const name = documentName(value, position);
  const kind = isDocument(value) && isKind(value.kind) ? value.kind : null;
  const refused = (problem: Problem) => ({ name, kind, manifest: null, problems: [problem] });
  if (!isDocument(value)) {
    return refused(
      errorAt({ manifest: name, path: '' }, 'this document is no manifest', 'give it a kind and a name'),
    );
  }
  if (kind === null) return refused(refuseKind(value.kind, name));
  const { apiVersion } = value;
  if (apiVersion !== API_VERSION) {
    const found = apiVersion === undefined ? 'is missing' : `is ${JSON.stringify(apiVersion)}`;
    return refused(errorAt({ manifest: name, path: 'apiVersion' }, found, `give ${API_VERSION}`));
  }
  return parse(kind, dropNulls(value), name);
}

function refuseKind(kind: unknown, manifest: string): Problem {
  const at = { manifest, path: 'kind' };
  const kinds = Object.keys(SCHEMAS);
  if (typeof kind !== 'string') return errorAt(at, 'is missing', `give one of: ${kinds.join(', ')}`);
  const refused = Object.hasOwn(REFUSED_KINDS, kind) ? REFUSED_KINDS[kind] : undefined;
  if (refused !== undefined) return errorAt(at, refused.found, refused.remedy);
  const otherwise = `remove it from the file; Drover reads ${kinds.join(', ')}`;
  return errorAt(at, `Drover reads no kind "${kind}"`, didYouMean(kind, kinds, otherwise));
}

function parse(kind: Kind, document: unknown, name: string): ReadDocument {
  const at = (path: FieldPath) => ({ manifest: name, path: formatPath(path) });
  const schema = SCHEMAS[kind];
  const problems = inspectFields(schema, document).map(({ path, found, remedy }) =>
    errorAt(at(path), found, remedy),
  );
  const parsed = schema.safeParse(document);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const { found, remedy } = describeIssue(issue, document);
      problems.push(errorAt(at(issue.path as FieldPath), found, remedy));
    }
    return { name, kind, manifest: null, problems };
  }
  problems.push(...checkManifest(parsed.data, name));
  return { name, kind, manifest: refuses(problems) ? null : parsed.data, problems };
}
