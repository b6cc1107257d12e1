/**
 * What a YAML document holds that JSON can't, or that other readers of the same file would take for something else: each
 * is refused at its line, because what would come of it (a null, a rounded number, the last of two keys) is not what was
 * written. Also measures how much the document comes to once its aliases are followed, without following them.
 */
import { isAlias, isCollection, isMap, isScalar, type Pair, type Scalar } from 'yaml';
import { tooDeep, tooManyValues } from './check-bounds';
import { MOST_ALIASES, MOST_LEVELS, MOST_VALUES } from './limits';
import { errorAt, type Problem } from './problem';
import type { Source } from './yaml-documents';

/** Empty where the document can be turned into JSON, at no more cost than `limits.ts` allows. */
export function checkValues({ file, lines, yaml }: Source): Problem[] {
  const problems: Problem[] = [];
  const report: Report = (offset, { found, remedy }) => {
    problems.push(errorAt({ path: '', file, line: lines.linePos(offset).line }, found, remedy));
  };
  const start = yaml.range[0];
  const version = yaml.directives.yaml.version;
  if (version !== '1.2') report(start, notThisVersion(version));
  try {
    new Walk(report).measure(yaml.contents);
  } catch (error) {
    if (!(error instanceof Endless)) throw error;
    report(error.offset, error.why);
  }
  return problems;
}

type Words = Pick<Problem, 'found' | 'remedy'>;
type Report = (offset: number, words: Words) => void;

/** There is no use in going on. */
class Endless extends Error {
  constructor(
    readonly offset: number,
    readonly why: Words,
  ) {
    super(why.found);
  }
}

/** What a node comes to, with everything that its aliases stand for. */
interface Measure {
  values: number;
  levels: number;
}

const ONE: Measure = { values: 0, levels: 0 };

class Walk {
  /** Null while the node is being measured: an alias of it would contain itself. */
  private readonly anchors = new Map<string, Measure | null>();
  private aliases = 0;

  constructor(private readonly report: Report) {}

  measure(node: unknown): Measure {
    if (isAlias(node)) return this.follow(node.source, startOf(node));
    if (!isScalar(node) && !isCollection(node)) return ONE;
    if (node.anchor !== undefined) this.anchors.set(node.anchor, null);
    this.checkTag(node);
    const measure = isScalar(node) ? this.scalar(node) : this.collection(node, node.items);
    if (node.anchor !== undefined) this.anchors.set(node.anchor, measure);
    return measure;
  }

  private follow(name: string, offset: number): Measure {
    this.aliases += 1;
    if (this.aliases > MOST_ALIASES) throw new Endless(offset, tooManyAliases);
    const meant = this.anchors.get(name);
    if (meant == null) throw new Endless(offset, meant === null ? aliasOfItself : aliasOfNothing);
    return meant;
  }

  private collection(node: object, items: readonly unknown[]): Measure {
    const sum = { values: items.length, levels: 0 };
    const add = ({ values, levels }: Measure): void => {
      sum.values += values;
      sum.levels = Math.max(sum.levels, levels);
    };
    const keys = new Set<string>();
    for (const item of items) {
      if (!isMap(node)) {
        add(this.measure(item));
        continue;
      }
      const { key, value } = item as Pair;
      this.checkKey(key, keys);
      add(this.measure(value));
    }
    if (sum.values > MOST_VALUES) throw new Endless(startOf(node), tooManyValues);
    if (sum.levels + 1 > MOST_LEVELS) throw new Endless(startOf(node), tooDeep);
    return { values: sum.values, levels: sum.levels + 1 };
  }

  private checkKey(key: unknown, known: Set<string>): void {
    if (!isScalar(key)) return this.report(startOf(key), keyNoText);
    if (typeof key.value === 'symbol') return;
    this.measure(key);
    const name = String(key.value);
    if (key.value === null || key.value === '') this.report(startOf(key), keyEmpty);
    else if (typeof key.value === 'number' && key.source !== name) this.report(startOf(key), keyNumber);
    else if (known.has(name)) this.report(startOf(key), keyTwice);
    known.add(name);
  }

  private scalar(node: Scalar): Measure {
    if (typeof node.value === 'number') {
      const words = numberProblem(node.value, node.source ?? '');
      if (words !== null) this.report(startOf(node), words);
    }
    return ONE;
  }

  private checkTag(node: { tag?: string | undefined }): void {
    const { tag } = node;
    if (tag === undefined || tag === '!' || PLAIN_TAGS.has(tag)) return;
    const shown = tag.startsWith(YAML_TAGS) ? `!!${tag.slice(YAML_TAGS.length)}` : tag;
    this.report(startOf(node), notThisTag(shown));
  }
}

const YAML_TAGS = 'tag:yaml.org,2002:';
const PLAIN_TAGS = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((tag) => `${YAML_TAGS}${tag}`),
);

function startOf(node: unknown): number {
  return (node as { range?: readonly number[] | null } | null)?.range?.[0] ?? 0;
}

const IN_QUOTES = 'put it in quotes if it is a text';

/** `kubectl` takes 0777 for an octal number, YAML 1.2 for a decimal one. */
const LEADING_ZERO = /^[-+]?0\d/;

function numberProblem(value: number, source: string): Words | null {
  if (!Number.isFinite(value))
    return { found: `${cut(source)} is no number that JSON can hold`, remedy: IN_QUOTES };
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    return { found: `${cut(source)} is too large a number to be read exactly`, remedy: IN_QUOTES };
  if (!LEADING_ZERO.test(source)) return null;
  const found = `${cut(source)} begins with a zero: some readers take it for an octal number`;
  return { found, remedy: `remove the zero, or ${IN_QUOTES}` };
}

function cut(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function notThisTag(tag: string): Words {
  return { found: `the tag ${cut(tag)} is not read`, remedy: 'remove it, and write the value as it is' };
}

function notThisVersion(version: string): Words {
  return { found: `this is YAML ${version}, and 1.2 is what Drover reads`, remedy: 'remove the %YAML line' };
}

const keyTwice: Words = { found: 'this key is there twice', remedy: 'remove one of the two' };
const keyEmpty: Words = { found: 'this key is empty', remedy: 'give the name of a field' };
const keyNumber: Words = {
  found: 'this key is a number, which is read as another text',
  remedy: 'put it in quotes',
};
const keyNoText: Words = { found: 'this key is no text', remedy: 'give the name of a field' };

const tooManyAliases: Words = {
  found: `there are more than ${MOST_ALIASES} aliases`,
  remedy: 'write out what they stand for',
};
const aliasOfNothing: Words = {
  found: 'this alias refers to no anchor before it',
  remedy: 'write its value out',
};
const aliasOfItself: Words = {
  found: 'this alias is inside what it refers to',
  remedy: 'write its value out',
};
