/**
 * YAML text → documents, at a bounded cost. The library's parser takes whatever it is given: a list of two million
 * numbers in 4 MB costs it 2 GB, and a hundred thousand brackets its stack. So its steps are counted as they are made.
 */
import { Composer, Lexer, LineCounter, Parser, type Document as YamlDocument } from 'yaml';
import { tooDeep, tooManyDocuments } from './check-bounds';
import { MOST_DOCUMENTS, MOST_LEVELS, MOST_LEXEMES } from './limits';
import { errorAt, type Problem } from './problem';

/** One YAML document of a file. */
export interface Source {
  file: string;
  lines: LineCounter;
  yaml: YamlDocument.Parsed;
}

/** What several files together may still hold. */
export interface TextBudget {
  lexemes: number;
  documents: number;
}

export function newTextBudget(): TextBudget {
  return { lexemes: MOST_LEXEMES, documents: MOST_DOCUMENTS };
}

export interface ParsedFile {
  documents: Source[];
  /** Why reading ended before the end of the text; then there are no documents. */
  problem: Problem | null;
}

class TooMuch extends Error {
  constructor(readonly problem: Problem) {
    super(problem.found);
  }
}

/** The documents of one file, empty ones too; `budget` is spent. */
export function parseDocuments(file: string, text: string, budget: TextBudget): ParsedFile {
  const lines = new LineCounter();
  // Keys that are there twice are found by us: the library compares each key of a group with each other.
  const composer = new Composer({ merge: true, uniqueKeys: false });
  const documents: Source[] = [];
  try {
    for (const yaml of composer.compose(countedTokens(file, { text, lines, budget }))) {
      budget.documents -= 1;
      if (budget.documents < 0) return { documents: [], problem: tooManyDocuments({ path: '', file }) };
      documents.push({ file, lines, yaml: yaml as YamlDocument.Parsed });
    }
    return { documents, problem: null };
  } catch (error) {
    if (error instanceof TooMuch) return { documents: [], problem: error.problem };
    throw error;
  }
}

interface Text {
  text: string;
  lines: LineCounter;
  budget: TextBudget;
}

/** A group within a group stands on the parser's stack by itself; each has its document there, too. */
const MOST_STACKED = MOST_LEVELS + 1;

function* countedTokens(file: string, { text, lines, budget }: Text) {
  const parser = new Parser(lines.addNewLine);
  const stop = ({ found, remedy }: Pick<Problem, 'found' | 'remedy'>): never => {
    const { line } = lines.linePos(parser.offset);
    throw new TooMuch(errorAt({ path: '', file, line }, found, remedy));
  };
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    budget.lexemes -= 1;
    if (budget.lexemes < 0) stop(tooManyLexemes);
    yield* parser.next(lexeme);
    if (parser.stack.length > MOST_STACKED) stop(tooDeep);
  }
  yield* parser.end();
}

const tooManyLexemes = {
  found: `the files hold more than can be read (${MOST_LEXEMES} parts of YAML up to here)`,
  remedy: 'leave out what Drover does not read, as status, or split the plan',
};
