import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const MANUAL = readFileSync(join(ROOT, 'docs', 'security.md'), 'utf8');
/** `| attack | what happens | `file`: `title` |`. A row in italics is a heading. */
const ROW = /^\| [^|]+ \| [^|]+ \| `(test\/[^`]+)`: `([^`]+)` \|$/;
const HEADING = /^\| \*[^|]+\* \| \| \|$/;

const rows = (MANUAL.split('<!-- attacks -->')[1]?.split('<!-- end: attacks -->')[0] ?? '')
  .trim()
  .split('\n')
  .slice(2);
const attacks = rows.filter((row) => !HEADING.test(row));

test('every attack in the list names a file of tests and a title', () => {
  expect(attacks.length).toBeGreaterThan(30);
  expect(attacks.filter((row) => !ROW.test(row))).toEqual([]);
});

test.each(attacks.map((row) => ROW.exec(row)?.slice(1) as [string, string]))(
  '%s has the test: %s',
  (file, title) => {
    expect(existsSync(join(ROOT, file))).toBe(true);
    // Titles stand in quotes of any kind, with the other kinds as they are.
    const source = readFileSync(join(ROOT, file), 'utf8').replaceAll("\\'", "'");
    expect([`'${title}'`, `"${title}"`, `\`${title}\``].some((quoted) => source.includes(quoted))).toBe(true);
  },
);
