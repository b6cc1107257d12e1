/** Text of manifest files → documents, and the way back: from a problem's field to its file and line. */
import { LineCounter, parseAllDocuments, type Document as YamlDocument, type YAMLError } from 'yaml';
import { documentName, flattenLists, isDocument, withoutServerFields, type Document } from './documents';
import { parsePath, type FieldPath } from './field-path';
import { errorAt, type Problem } from './problem';
import { offsetOf } from './yaml-place';

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

/** One YAML document of a file. */
interface Source {
  file: string;
  lines: LineCounter;
  yaml: YamlDocument.Parsed;
}

/** A manifest, and where it stands: `path` is `items[2]` in a list, else empty. */
interface FoundManifest {
  value: Document;
  source: Source;
  path: FieldPath;
}

export function readManifests(files: readonly ManifestFile[]): ReadManifests {
  const read = files.flatMap(parseFile).map(readYaml);
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
    problems: read.flatMap(({ problems }) => problems),
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

function parseFile({ file, text }: ManifestFile): Source[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, merge: true, prettyErrors: false });
  // A text without any document comes back as an empty stream, which is an empty list with notes on it.
  return [...documents].map((yaml) => ({ file, lines, yaml }));
}

interface ReadYaml {
  manifests: FoundManifest[];
  problems: Problem[];
}

function readYaml(source: Source): ReadYaml {
  const { errors } = source.yaml;
  if (errors.length > 0)
    return { manifests: [], problems: errors.map((error) => describeError(error, source)) };
  const value = toJson(source.yaml);
  if (value === undefined) {
    const at = { path: '', ...placeIn(source, []) };
    return {
      manifests: [],
      problems: [errorAt(at, 'its anchors refer to nothing, or to themselves', 'write them out')],
    };
  }
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

/** What JSON can hold of the document; undefined where anchors make that impossible. */
function toJson(yaml: YamlDocument.Parsed): unknown {
  try {
    return JSON.parse(JSON.stringify(yaml.toJS() ?? null)) as unknown;
  } catch {
    return undefined;
  }
}

function describeError({ code, message, pos }: YAMLError, { file, lines }: Source): Problem {
  const at = { path: '', file, line: lines.linePos(pos[0]).line };
  if (code === 'DUPLICATE_KEY') return errorAt(at, 'this key is there twice', 'remove one of the two');
  return errorAt(at, `this is no YAML (${message})`, 'mend the syntax');
}

function placeIn({ file, lines, yaml }: Source, path: FieldPath): { file: string; line: number } {
  return { file, line: lines.linePos(offsetOf(yaml, path)).line };
}
