/**
 * YAML that a guest wrote → plain data, at a bounded cost. The library's parser takes whatever it is given: brackets without end
 * cost it its stack, and it compares each key with each other. So its steps are counted as they are made.
 */
import { Composer, Lexer, Parser } from 'yaml';

/** The settings of a network need seven. */
const MOST_LEVELS = 32;
/** A group within a group stands on the parser's stack by itself; each has its document there, too. */
const MOST_STACKED = MOST_LEVELS + 1;
/** Parts as the lexer counts them: words, signs, spaces. */
const MOST_LEXEMES = 20_000;

class TooMuch extends Error {}

/** Null for what is no YAML, no single document, or more than the settings of a network. */
export function readYaml(text: string): unknown {
  try {
    const composer = new Composer({ uniqueKeys: false, logLevel: 'silent' });
    const [document, ...others] = composer.compose(countedTokens(text));
    if (document === undefined || others.length > 0 || document.errors.length > 0) return null;
    // Aliases of a hostile file would grow without end.
    return document.toJS({ maxAliasCount: 0 }) as unknown;
  } catch {
    return null;
  }
}

function* countedTokens(text: string) {
  const parser = new Parser();
  let left = MOST_LEXEMES;
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (left-- === 0 || parser.stack.length > MOST_STACKED) throw new TooMuch();
  }
  yield* parser.end();
}
