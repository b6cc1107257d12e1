/** Text of manifest files → documents, and the way back: from a problem's field to its file and line. */
import type { YAMLError } from 'yaml';
import { documentName, flattenLists, isDocument, withoutServerFields, type Document } from './documents';
import { parsePath, type FieldPath } from './field-path';
import { errorAt, type Problem } from './problem';
import { newTextBudget, parseDocuments, type ParsedFile, type Source } from './yaml-documents';
import { offsetOf } from './yaml-place';
import { checkValues } from './yaml-values';

export interface ManifestFile {
  /** As problems name it. */
  file: string;
  text: string;
}

export interface ReadManifests {
  /** What any client sends: lists are taken apart, and what servers keep for themselves is gone. */
  manifests: Document[];
  /** What is wrong with the files as YAML. */
  problems: Problem[];
  /** The problem with file and line of its field; of the nearest field around it where it is missing. */
  locate(problem: Problem): Problem;
}

/** A manifest, and where it stands: `path` is `items[2]` in a list, else empty. */
interface FoundManifest {
  value: Document;
  source: Source;
  path: FieldPath;
}

/** Files that hold more than `limits.ts` allows have that one problem, and are not looked at further. */
export function readManifests(files: readonly ManifestFile[]): ReadManifests {
  const parsed = parseFiles(files);
  const read = parsed.flatMap(({ documents }) => documents).map(readYaml);
  const tooMuch = parsed.flatMap(({ problem }) => problem ?? []);
  const found = read.flatMap(({ manifests }) => manifests);
  const byName = new Map<string, FoundManifest>();
  found.forEach((manifest, position) => {
    const name = documentName(manifest.value, position);
    if (!byName.has(name)) byName.set(name, manifest);
    // Of two manifests with one name, the second is known by its place alone.
    byName.set(documentName(null, position), manifest);
  });
  return {
    manifests: found.map(({ value }) => withoutServerFields(value)),
    problems: [...tooMuch, ...read.flatMap(({ problems }) => problems)],
    locate: (problem) => locate(problem, byName),
  };
}

function locate(problem: Problem, byName: ReadonlyMap<string, FoundManifest>): Problem {
  const { location } = problem;
  const manifest = byName.get(location.manifest ?? '');
  if (manifest === undefined) return problem;
  const { file, line } = placeIn(manifest.source, [...manifest.path, ...parsePath(location.path)]);
  return { ...problem, location: { ...location, file, line } };
}

function parseFiles(files: readonly ManifestFile[]): ParsedFile[] {
  const budget = newTextBudget();
  const parsed: ParsedFile[] = [];
  for (const { file, text } of files) {
    const last = parseDocuments(file, text, budget);
    if (last.problem !== null) return [{ documents: [], problem: last.problem }];
    parsed.push(last);
  }
  return parsed;
}

interface ReadYaml {
  manifests: FoundManifest[];
  problems: Problem[];
}

function readYaml(source: Source): ReadYaml {
  const { errors, warnings } = source.yaml;
  const faults = [...errors, ...warnings.filter(({ code }) => code !== 'TAG_RESOLVE_FAILED')];
  const problems =
    faults.length > 0 ? faults.map((fault) => describeFault(fault, source)) : checkValues(source);
  if (problems.length > 0) return { manifests: [], problems };
  try {
    return takeApart(toJson(source), source);
  } catch (error) {
    // What is left to go wrong is a merge key (<<) with something else than groups of fields.
    const message = error instanceof Error ? error.message : 'unreadable';
    return { manifests: [], problems: [describeFault({ message, pos: [source.yaml.range[0], 0] }, source)] };
  }
}

function takeApart(value: unknown, source: Source): ReadYaml {
  const read: ReadYaml = { manifests: [], problems: [] };
  for (const nested of flattenLists(value)) {
    if (isDocument(nested.value)) {
      read.manifests.push({ value: nested.value, source, path: nested.path });
    } else if (nested.value !== null) {
      const at = { path: '', ...placeIn(source, nested.path) };
      read.problems.push(errorAt(at, 'this document is no manifest', 'give it a kind and a name'));
    }
  }
  return read;
}

/** Plain data, of which no two parts are one: aliases are written out, after they were measured. */
function toJson({ yaml }: Source): unknown {
  return JSON.parse(JSON.stringify(yaml.toJS({ maxAliasCount: -1 }) ?? null));
}

/** The parser quotes what it stumbled over, whatever its length. */
const SHOWN_LENGTH = 200;

function describeFault(
  { message, pos }: Pick<YAMLError, 'message' | 'pos'>,
  { file, lines }: Source,
): Problem {
  const at = { path: '', file, line: lines.linePos(pos[0]).line };
  const shown = message.length > SHOWN_LENGTH ? `${message.slice(0, SHOWN_LENGTH)}…` : message;
  return errorAt(at, `this is no YAML (${shown})`, 'mend the syntax');
}

function placeIn({ file, lines, yaml }: Source, path: FieldPath): { file: string; line: number } {
  return { file, line: lines.linePos(offsetOf(yaml, path)).line };
}
