import { stripVTControlCharacters } from 'node:util';
import { replaceUnseen } from '../../../plan/visible';

/** A guest or a plugin may print anything: what steers a terminal is not for a state, a log or a person's shell. */
export function plainLine(line: string, longest: number): string {
  const plain = replaceUnseen(stripVTControlCharacters(line), () => '');
  return plain.trimEnd().slice(0, longest);
}
