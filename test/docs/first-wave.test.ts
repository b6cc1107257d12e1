/** Every command of the operator's first page exists, with the options that it shows. */
import { readFileSync } from 'node:fs';
import { packagePath } from '../../lab/package-path';
import { drover } from '../client/recording-io';

const PAGE = readFileSync(packagePath('docs', 'first-wave.md'), 'utf8');
/** In a console block after its prompt, or as code in a sentence; without what a shell makes of it. */
const COMMANDS = [...PAGE.matchAll(/(?:^\$ |`)drover ([^`\n|>]+)/gm)].map(([, words = '']) => words.trim());

/** The words before the first that is an argument or an option. */
function commandOf(words: readonly string[]): string[] {
  const nested = ['plan', 'wave', 'limits', 'schedule', 'inventory', 'lab'].includes(words[0] ?? '');
  return words.slice(0, nested ? 2 : 1);
}

test('there are commands on the page', () => {
  expect(COMMANDS.length).toBeGreaterThan(20);
});

test.each([...new Set(COMMANDS)])('drover %s', async (text) => {
  const words = text.split(/\s+/);
  const answer = await drover({}, ...commandOf(words), '--help');
  expect(answer.code).toBe(0);
  expect(answer.stdout).toMatch(new RegExp(`^drover ${commandOf(words)[0]}`));
  for (const option of words.filter((word) => /^--?[a-z]/.test(word)))
    expect(answer.stdout).toMatch(new RegExp(`(^|[ ,])${option}\\b`, 'm'));
});
