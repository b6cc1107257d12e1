/**
 * The SDK freezes all that modules export which workflows share, and a frozen schema fails where it is used first: see
 * `docs/decisions/0017`. Here everything that it would freeze is looked at, from every module that `workflows/inputs.ts` loads.
 */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { z } from 'zod';
import { INPUTS, SLOTS_UPDATES, UPDATES, WAVE_UPDATES } from '../../workflows/inputs';

const ROOT = join(__dirname, '..', '..');

/** The file, and all of ours that it loads. */
function loadedBy(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022);
  for (const statement of source.statements) {
    const isLoaded = ts.isImportDeclaration(statement)
      ? statement.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword
      : ts.isExportDeclaration(statement) && !statement.isTypeOnly;
    if (!isLoaded) continue;
    const { moduleSpecifier } = statement as ts.ImportDeclaration | ts.ExportDeclaration;
    if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) continue;
    if (moduleSpecifier.text.startsWith('.'))
      loadedBy(require.resolve(join(file, '..', moduleSpecifier.text)), seen);
  }
  return seen;
}

/** Every schema in `value`, however deep. */
function schemasIn(value: unknown, seen = new Set<unknown>()): Set<unknown> {
  if (typeof value !== 'object' || value === null || seen.has(value)) return seen;
  seen.add(value);
  const inner =
    value instanceof z.core.$ZodType || value instanceof z.core.$ZodCheck ? value._zod.def : value;
  Object.values(inner).forEach((part) => schemasIn(part, seen));
  return seen;
}

const USED = schemasIn([INPUTS, UPDATES, WAVE_UPDATES, SLOTS_UPDATES]);

/** Schemas of objects, lists and records remember at first use whether they contain themselves. */
function remembers(value: unknown): boolean {
  return (
    value instanceof z.ZodObject ||
    value instanceof z.ZodArray ||
    value instanceof z.ZodRecord ||
    value instanceof z.ZodTuple
  );
}

const FILES = [...loadedBy(join(ROOT, 'workflows', 'inputs.ts'))];

test('the walk finds the modules, and the schemas that inputs are read by', () => {
  expect(FILES.map((file) => relative(ROOT, file))).toEqual(
    expect.arrayContaining(['plan/frozen.ts', 'plan/instance-type.ts', 'plan/manifests/common.ts']),
  );
  expect([...USED].filter(remembers).length).toBeGreaterThan(50);
});

test('no schema checks by an expression of zod, whose modules are frozen', () => {
  const theirs = new Set<unknown>(Object.values(z.regexes));
  const checks = [...USED].filter(
    (part) => part instanceof z.core.$ZodType || part instanceof z.core.$ZodCheck,
  );
  // IPv6 addresses are checked without the expression.
  const frozen = checks.filter(
    ({ _zod: { def } }) => 'pattern' in def && theirs.has(def.pattern),
  ) as z.core.$ZodType[];
  expect(frozen.filter((part) => !(part instanceof z.core.$ZodIPv6)).map(({ _zod: { def } }) => def)).toEqual(
    [],
  );
});

test.each(FILES.map((file) => relative(ROOT, file)))(
  '%s hands the SDK no schema that would be frozen',
  (file) => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- each by its name
    const module = require(join(ROOT, file)) as Record<string, unknown>;
    const frozen = Object.isFrozen(module)
      ? []
      : Object.entries(module).flatMap(([name, value]) =>
          [...schemasIn(Object.isFrozen(value) ? null : value)].some(
            (part) => remembers(part) && USED.has(part),
          )
            ? [name]
            : [],
        );
    expect(frozen).toEqual([]);
  },
);
