/**
 * What yargs takes without a word and nobody means: an option given twice, a value for a switch, `--no-` before an
 * option that takes a value, an empty value, a number that is written as no whole number, words after `--`. Each is
 * refused in one line, for every option that a command declares, before the command begins.
 */
import type { Argv } from 'yargs';
import { UsageError } from './command';
import { describeRefusal } from './usage-refusal';

/** Options that may be given several times beside yargs' own arrays, which can't hold the `-` of stdin. */
const MAY_REPEAT = new Set(['file']);

/** Watches over one command line. */
export class ArgumentGuard {
  private root: Introspected | null = null;
  /** The parser of the command that was reached. */
  private reached: Introspected | null = null;

  constructor(private readonly args: readonly string[]) {}

  /** Has yargs read options in one way only, and looks at all that was written before yargs judges what it understood. */
  watch<T>(yargs: Argv<T>): Argv<T> {
    this.root = yargs as unknown as Introspected;
    return yargs
      .strict()
      .parserConfiguration({ 'dot-notation': false, 'short-option-groups': false })
      .middleware((parsed, instance?: unknown) => {
        this.reached = instance as Introspected;
        const asksForHelp = ['help', 'version', 'get-yargs-completions'].some((name) =>
          Boolean(parsed[name]),
        );
        if (!asksForHelp) refuseAbuse(this.args, readDeclared(this.reached));
      }, true);
  }

  /** What yargs itself refuses. */
  refusal(message: string): UsageError {
    const usage =
      this.root?.getInternalMethods().getContext().fullCommands.join(' ').replace(' [command]', '') ?? '';
    const names = this.reached === null ? [] : words(this.reached);
    return new UsageError(describeRefusal(message, this.args, { words: names, usage }));
  }
}

/** What yargs tells of itself to middleware, and its types leave out. */
interface Introspected {
  getOptions(): {
    key: Record<string, unknown>;
    alias: Record<string, string[] | undefined>;
    boolean: string[];
    number: string[];
    array: string[];
  };
  getGroups(): Record<string, string[] | undefined>;
  getInternalMethods(): {
    getCommandInstance(): { getCommands(): string[] };
    getContext(): { fullCommands: string[] };
  };
}

/** Commands and options that might have been meant. */
function words(yargs: Introspected): string[] {
  const options = Object.keys(yargs.getOptions().key).filter((name) => name.length > 1);
  return [
    ...yargs.getInternalMethods().getCommandInstance().getCommands(),
    ...options.map((name) => `--${name}`),
  ];
}

export type OptionKind = 'switch' | 'number' | 'value';

export interface DeclaredOption {
  /** Without dashes, as the command declares it. */
  name: string;
  aliases: readonly string[];
  kind: OptionKind;
  mayRepeat: boolean;
  /** It is given by its place, and not by its name. */
  positional: boolean;
}

/** The options of the command that was chosen. */
export function readDeclared(yargs: Introspected): DeclaredOption[] {
  const options = yargs.getOptions();
  const positional = yargs.getGroups()['Positionals:'] ?? [];
  const aliases = new Set(Object.values(options.alias).flatMap((names) => names ?? []));
  return Object.keys(options.key)
    .filter((name) => !aliases.has(name))
    .map((name) => ({
      name,
      aliases: options.alias[name] ?? [],
      kind: kindOf(name, options),
      mayRepeat: options.array.includes(name) || MAY_REPEAT.has(name),
      positional: positional.includes(name),
    }));
}

function kindOf(name: string, options: ReturnType<Introspected['getOptions']>): OptionKind {
  if (options.boolean.includes(name)) return 'switch';
  return options.number.includes(name) ? 'number' : 'value';
}

/** @throws `UsageError`, for the first thing that makes no sense */
export function refuseAbuse(args: readonly string[], declared: readonly DeclaredOption[]): void {
  const given = new Set<string>();
  for (let at = 0; at < args.length; at += 1) {
    const word = readWord(args[at] ?? '', declared);
    if (word.option === null) continue;
    const { option, written, inline } = word;
    if (given.has(option.name) && !option.mayRepeat)
      throw new UsageError(`${written} is given twice; give it once`);
    given.add(option.name);
    if (option.kind === 'switch') refuseValue(word, args[at + 1]);
    else if (inline !== null) checkValue(option, written, inline);
    else {
      at += 1;
      checkValue(option, written, valueAfter(written, args[at]));
    }
  }
}

interface Word {
  /** Null where it is no option: the name of a command or a VM, or something that yargs refuses by itself. */
  option: DeclaredOption | null;
  /** As on the command line, without a value. */
  written: string;
  /** What follows an equals sign. */
  inline: string | null;
}

function readWord(word: string, declared: readonly DeclaredOption[]): Word {
  if (word === '') throw new UsageError('an argument is empty; leave it out, or give a name');
  if (word === '--') throw new UsageError('-- is not read; give options and names without it');
  const [, written = '', inline = null] = /^(-[^=]+)(?:=([^]*))?$/.exec(word) ?? [];
  if (written === '' || written === '-') return { option: null, written: word, inline: null };
  const name = written.replace(/^--?/, '');
  if (/^-[^-]./.test(written)) throw new UsageError(describeGroup(written, declared));
  const option = find(name, declared);
  if (option?.positional === true)
    throw new UsageError(`${written} is no option; give the ${option.name} by itself, without ${written}`);
  if (option !== null || !name.startsWith('no-')) return { option, written, inline };
  return negated(written, inline, find(name.slice('no-'.length), declared));
}

function negated(written: string, inline: string | null, option: DeclaredOption | null): Word {
  if (option !== null && option.kind !== 'switch')
    throw new UsageError(`${written} makes no sense: --${option.name} takes a value; leave it out`);
  return { option, written, inline };
}

function find(name: string, declared: readonly DeclaredOption[]): DeclaredOption | null {
  // yargs takes --storageClass for --storage-class, too.
  const dashed = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return (
    declared.find((option) =>
      [option.name, ...option.aliases].some((own) => own === name || own === dashed),
    ) ?? null
  );
}

/** `-n20`, `-wo`, `-watch`. */
function describeGroup(written: string, declared: readonly DeclaredOption[]): string {
  const long = written.replace(/^-/, '');
  if (find(long, declared) !== null) return `${cut(written)} is no option; write -${cut(written)}`;
  const remedy = `write letters one by one, with a space before a value: ${written.slice(0, 2)} ${cut(written.slice(2))}`;
  return `${cut(written)} is no option; ${remedy}`;
}

function refuseValue({ option, written, inline }: Word, next: string | undefined): void {
  // yargs would take these two words for the value of a switch, and no other.
  const value = inline ?? (next === 'true' || next === 'false' ? next : null);
  if (value === null) return;
  throw new UsageError(
    `${written} is a switch and takes no value, not ${JSON.stringify(cut(value))}; write ${written} or --no-${option?.name ?? ''}`,
  );
}

function valueAfter(written: string, next: string | undefined): string {
  // A number below zero is refused later, by a message that says why.
  if (next !== undefined && (next === '-' || !next.startsWith('-') || /^-[\d.]/.test(next))) return next;
  const dash = next === undefined ? '' : `; one that begins with a dash is written ${written}=${cut(next)}`;
  throw new UsageError(`${written} needs a value${dash}`);
}

/** Up to what is a whole number without loss. */
const WHOLE_NUMBER = /^(0|[1-9]\d{0,14})$/;

function checkValue(option: DeclaredOption, written: string, value: string): void {
  if (value.trim() === '')
    throw new UsageError(`the value of ${written} is empty; give one, or leave it out`);
  if (option.kind === 'number' && !WHOLE_NUMBER.test(value))
    throw new UsageError(`${written} is a whole number, not ${JSON.stringify(cut(value))}`);
}

const SHOWN_LENGTH = 40;

function cut(text: string): string {
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}
