import { stripVTControlCharacters } from 'node:util';

/** A guest or a plugin may print anything: what steers a terminal is not for a state, a log or a person's shell. */
export function plainLine(line: string, longest: number): string {
  const plain = stripVTControlCharacters(line).replace(/[\u0000-\u001f\u007f-\u009f]/g, '');
  return plain.trimEnd().slice(0, longest);
}
