/** What yargs says of arguments that it refuses, in one line and with a guess at what was meant. */
import { didYouMean } from '../plan/suggest';

/**
 * @param words commands and options (with their dashes) that might have been meant
 * @param usage of the command that was reached, as `console <vm>`
 */
export function describeRefusal(
  message: string,
  args: readonly string[],
  { words, usage }: { words: readonly string[]; usage: string },
): string {
  const line = message.replaceAll(/(:?)\s*\n\s*/g, (_, colon: string) => (colon === '' ? '; ' : ': '));
  // yargs counts what has no dashes, and does not say what it would be.
  if (/^Not enough non-option arguments/.test(line)) return `a name is missing; write: drover ${usage}`;
  const [, unknown = ''] = /^Unknown arguments?: ([^,]+)/.exec(line) ?? [];
  if (unknown === '') return line;
  const remedy = didYouMean(asWritten(unknown, args), words, '');
  return remedy === '' ? line : `${line}; ${remedy}`;
}

function asWritten(name: string, args: readonly string[]): string {
  return args.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`)) ? `--${name}` : name;
}
