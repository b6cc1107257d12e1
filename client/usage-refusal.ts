/** What yargs says of arguments that it refuses, in one line and with a guess at what was meant. */
import { didYouMean } from '../plan/suggest';

/** @param words commands and options (with their dashes) that might have been meant */
export function describeRefusal(message: string, args: readonly string[], words: readonly string[]): string {
  const line = message.replaceAll(/(:?)\s*\n\s*/g, (_, colon: string) => (colon === '' ? '; ' : ': '));
  const [, unknown = ''] = /^Unknown arguments?: ([^,]+)/.exec(line) ?? [];
  if (unknown === '') return line;
  const remedy = didYouMean(asWritten(unknown, args), words, '');
  return remedy === '' ? line : `${line}; ${remedy}`;
}

function asWritten(name: string, args: readonly string[]): string {
  return args.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`)) ? `--${name}` : name;
}
