/** Each kind of failure has a test that makes it happen: a kind that none knows is a promise that nobody keeps. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packagePath } from '../../lab/package-path';
import { FAILURES } from '../../plan/failures';

/** Where tests make failures happen, in the world or in a workflow. Those of texts and tables name kinds, and make none. */
const FOLDERS = ['activities', 'e2e', 'guest', 'workflows', 'workers'];

const texts = FOLDERS.flatMap((folder) =>
  (readdirSync(packagePath('test', folder), { recursive: true }) as string[])
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(packagePath('test', folder), file), 'utf8')),
);

function testsOf(kind: string): number {
  return texts.filter((text) => new RegExp(`\\b${kind}\\b`).test(text)).length;
}

test.each(Object.keys(FAILURES))('a test makes %s happen', (kind) => {
  expect(testsOf(kind)).toBeGreaterThan(0);
});

test('a kind that no test names has none', () => {
  expect(testsOf('KindOfNobody')).toBe(0);
});
