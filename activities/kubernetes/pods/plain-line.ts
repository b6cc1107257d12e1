import { stripVTControlCharacters } from 'node:util';
import { replaceUnseen } from '../../../plan/visible';

/**
 * Removes control sequences, and cuts the line to `longest` characters. A guest or a plugin may print anything, and a
 * control sequence must not reach a state, a log or an operator's terminal.
 */
export function plainLine(line: string, longest: number): string {
  const plain = replaceUnseen(stripVTControlCharacters(line), () => '');
  return plain.trimEnd().slice(0, longest);
}
