/** Manifests as anybody may send them: as text in a file, and as documents of any Temporal client. */
import fc from 'fast-check';
import { stringify } from 'yaml';
import { formatPath, parsePath, type FieldPath } from '../../plan/field-path';
import { frozenVmSchema } from '../../plan/frozen';
import { formatProblem, type Problem } from '../../plan/problem';
import { readManifests } from '../../plan/read-manifests';
import { imagesOf, resolvePlan } from '../../plan/resolve';
import { validateManifests } from '../../plan/validate-manifests';
import { documents as goodDocuments, inventory, targetInventory } from '../plan/example';
import { eachOf, texts } from './support/corpus';
import { fuzz } from './support/fuzz';
import { garbled, mutated, nastyText } from './support/mutations';

const GOOD = goodDocuments();
/** Steers a terminal, ends a line, or turns its order around. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

/** Everything that a worker does with documents before it touches anything. */
function plan(sent: readonly unknown[]): Problem[] {
  const { set, problems } = validateManifests(sent);
  if (set === null) {
    expect(problems).not.toEqual([]);
    return problems;
  }
  const [source, target] = [inventory(), targetInventory()];
  imagesOf(set, source, target);
  const resolved = resolvePlan(set, source, target);
  for (const vm of resolved.vms) {
    expect(frozenVmSchema.parse(vm)).toEqual(vm);
    expect(JSON.parse(JSON.stringify(vm))).toEqual(JSON.parse(JSON.stringify(frozenVmSchema.parse(vm))));
  }
  expect(resolvePlan(set, source, target)).toEqual(resolved);
  return [...problems, ...resolved.problems];
}

/** One line, without anything that steers a terminal, and a path that leads somewhere. */
function readable(problem: Problem): void {
  expect(formatProblem(problem)).not.toMatch(CONTROL);
  const { path } = problem.location;
  expect(formatPath(parsePath(path))).toBe(path);
}

function readText(text: string): void {
  const { manifests, problems, locate } = readManifests([{ file: 'plan.yaml', text }]);
  for (const problem of [...problems, ...plan(manifests)].map(locate)) readable(problem);
}

eachOf('manifests', readText);

fuzz('documents of any form are planned or refused, each problem in one line', mutated([GOOD]), (sent) => {
  plan(Array.isArray(sent) ? sent : [sent]).forEach(readable);
});

fuzz(
  'texts of any form are read or refused',
  garbled([...texts('manifests'), GOOD.map((document) => stringify(document)).join('---\n')]),
  readText,
);

fuzz(
  'a problem of whatever worker is located without an error',
  fc.record({
    manifest: fc.option(nastyText),
    path: fc.oneof(nastyText, garbled(['spec.vms[2]["a\\"b"].name'])),
  }),
  ({ manifest, path }) => {
    const { locate } = readManifests([
      { file: 'plan.yaml', text: GOOD.map((each) => stringify(each)).join('---\n') },
    ]);
    const at = { path, manifest: manifest ?? 'Plan/mtv/wave-1' };
    locate({ severity: 'error', location: at, found: 'is wrong', remedy: 'mend it' });
  },
);

fuzz(
  'a path is read back as it was written',
  fc.array(fc.oneof(fc.nat(), nastyText), { maxLength: 5 }),
  (path: FieldPath) => {
    expect(parsePath(formatPath(path))).toEqual(path);
  },
);
