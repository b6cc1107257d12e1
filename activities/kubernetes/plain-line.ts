import { stripVTControlCharacters } from 'node:util';
import { UNSEEN } from '../../plan/visible';

/** A guest or a plugin may print anything: what steers a terminal is not for a state, a log or a person's shell. */
export function plainLine(line: string, longest: number): string {
  const plain = stripVTControlCharacters(line).replace(UNSEEN, '');
  return plain.trimEnd().slice(0, longest);
}
