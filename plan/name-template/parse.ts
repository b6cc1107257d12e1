/** A template's parts → what is to be done, as Go's grammar has it; of its actions there are only values and `if`. */
import { didYouMean } from '../suggest';
import { FUNCTIONS } from './functions';
import { lex, type Token } from './lex';
import { wrongAt } from './template-error';
import type { Value } from './value';

export type Node =
  | { kind: 'text'; text: string }
  | { kind: 'value'; pipe: Pipe }
  | { kind: 'if'; condition: Pipe; then: Node[]; otherwise: Node[] };

/** The result of each command is the last argument of the next. */
export type Pipe = readonly Command[];

export type Command =
  { kind: 'value'; operand: Operand } | { kind: 'call'; name: string; operands: readonly Operand[] };

export type Operand =
  { kind: 'constant'; value: Value } | { kind: 'field'; name: string } | { kind: 'pipe'; pipe: Pipe };

const OTHER_ACTIONS = ['range', 'with', 'define', 'template', 'block', 'break', 'continue'];

/** @throws TemplateError */
export function parse(text: string, fields: readonly string[]): Node[] {
  return new Parser(lex(text), fields).whole();
}

class Parser {
  private next = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly fields: readonly string[],
  ) {}

  whole(): Node[] {
    const nodes = this.nodes();
    const token = this.peek();
    if (token.kind !== 'the end') throw wrongAt(token.at, `{{${this.wordAfter()}}} has no {{if}}`);
    return nodes;
  }

  private peek(): Token {
    return this.tokens[this.next]!;
  }

  private take(kind: Token['kind']): void {
    const token = this.peek();
    if (token.kind !== kind) throw wrongAt(token.at, `${shown(token)} stands where ${kind} belongs`);
    this.next++;
  }

  /** The word that the action at hand begins with; empty where it begins with none. */
  private wordAfter(): string {
    const word = this.peek().kind === '{{' ? this.tokens[this.next + 1] : undefined;
    return word?.kind === 'word' ? word.name : '';
  }

  /** Up to the end, or to an `{{else}}` or `{{end}}`. */
  private nodes(): Node[] {
    const nodes: Node[] = [];
    for (;;) {
      const token = this.peek();
      if (token.kind === 'text') {
        nodes.push({ kind: 'text', text: token.text });
        this.next++;
        continue;
      }
      const word = this.wordAfter();
      if (token.kind === 'the end' || word === 'else' || word === 'end') return nodes;
      this.take('{{');
      nodes.push(word === 'if' ? this.condition() : { kind: 'value', pipe: this.pipe('}}') });
    }
  }

  /** From the word `if` to the `{{end}}` that belongs to it. */
  private condition(): Node {
    const { at } = this.peek();
    this.take('word');
    const condition = this.pipe('}}');
    const then = this.nodes();
    const otherwise = this.otherwise(at);
    return { kind: 'if', condition, then, otherwise };
  }

  private otherwise(at: number): Node[] {
    const word = this.wordAfter();
    if (word === '') throw wrongAt(at, 'an {{if}} has no {{end}}: it begins');
    this.take('{{');
    this.take('word');
    if (word === 'end') {
      this.take('}}');
      return [];
    }
    const token = this.peek();
    // One `{{end}}` closes the whole chain.
    if (token.kind === 'word' && token.name === 'if') return [this.condition()];
    this.take('}}');
    const nodes = this.nodes();
    if (this.wordAfter() !== 'end') throw wrongAt(at, 'an {{if}} has no {{end}}: it begins');
    this.next += 2;
    this.take('}}');
    return nodes;
  }

  private pipe(end: '}}' | ')'): Pipe {
    const commands = [this.command(false)];
    while (this.peek().kind === '|') {
      this.next++;
      commands.push(this.command(true));
    }
    this.take(end);
    return commands;
  }

  private command(isPiped: boolean): Command {
    const token = this.peek();
    const name = token.kind === 'word' ? this.functionName(token.name) : null;
    const operands = name === null ? [this.operand()] : [];
    for (let next = this.peek(); !['|', ')', '}}'].includes(next.kind); next = this.peek()) {
      if (!next.spaced) throw wrongAt(next.at, `a space is missing before ${shown(next)}`);
      operands.push(this.operand());
    }
    const given = operands.length + (isPiped ? 1 : 0);
    if (name === null) {
      if (given > 1) throw wrongAt(token.at, 'something that is no function has arguments');
      return { kind: 'value', operand: operands[0]! };
    }
    const { least, most } = FUNCTIONS[name]!;
    if (given >= least && given <= most) return { kind: 'call', name, operands };
    throw wrongAt(token.at, `the function ${name} has ${given} arguments (it takes ${span(least, most)})`);
  }

  private functionName(name: string): string {
    const { at } = this.peek();
    if (!Object.hasOwn(FUNCTIONS, name)) throw wrongAt(at, unknownWord(name));
    this.next++;
    return name;
  }

  private operand(): Operand {
    const token = this.peek();
    this.next++;
    switch (token.kind) {
      case 'constant':
        return { kind: 'constant', value: token.value };
      case 'field':
        if (this.fields.includes(token.name)) return { kind: 'field', name: token.name };
        throw wrongAt(token.at, unknownField(token.name, this.fields));
      case '(':
        return { kind: 'pipe', pipe: this.pipe(')') };
      case 'word':
        if (!Object.hasOwn(FUNCTIONS, token.name)) throw wrongAt(token.at, unknownWord(token.name));
        throw wrongAt(token.at, `the function ${token.name} stands as an argument, and not in parentheses,`);
      default:
        throw wrongAt(token.at, 'a value is missing');
    }
  }
}

function unknownField(name: string, known: readonly string[]): string {
  const fields = known.map((field) => `.${field}`);
  return `there is no variable .${name} (${didYouMean(`.${name}`, fields, `there are ${fields.join(', ')}`)})`;
}

function unknownWord(name: string): string {
  if (OTHER_ACTIONS.includes(name)) return `there is a {{${name}}}, which Drover does not know,`;
  const known = Object.keys(FUNCTIONS);
  return `there is no function ${name} (${didYouMean(name, known, `there are ${known.join(', ')}`)})`;
}

function span(least: number, most: number): string {
  if (least === most) return String(least);
  return most === Infinity ? `${least} or more` : `${least} to ${most}`;
}

function shown(token: Token): string {
  switch (token.kind) {
    case 'text':
      return 'text';
    case 'field':
      return `.${token.name}`;
    case 'word':
      return token.name;
    case 'constant':
      return 'a constant';
    default:
      return token.kind;
  }
}
