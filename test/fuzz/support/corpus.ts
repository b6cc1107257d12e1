/** Inputs that went wrong once, or nearly: `test/fuzz/corpus/<target>/<what it is>.<ext>`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { soundly } from './fuzz';

const ROOT = join(__dirname, '..', 'corpus');

export interface Case {
  /** The file's name: what the case is. */
  name: string;
  text: string;
}

/** @throws where a target has no corpus */
export function corpus(target: string): Case[] {
  const names = readdirSync(join(ROOT, target)).sort();
  if (names.length === 0) throw new Error(`test/fuzz/corpus/${target} is empty`);
  return names.map((name) => ({ name, text: readFileSync(join(ROOT, target, name), 'utf8') }));
}

/** One test per file. */
export function eachOf(target: string, property: (text: string) => unknown): void {
  test.each(corpus(target))(`${target}: $name`, ({ text }) => soundly(() => property(text)));
}

export function texts(target: string): string[] {
  return corpus(target).map(({ text }) => text);
}
