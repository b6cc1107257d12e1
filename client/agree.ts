/** Asking whoever sits at the terminal before something is done. */
import { type Io, UsageError } from './command';

/**
 * Whether the answer is yes.
 * @param unasked what is said where nobody can be asked, as in a script: what would be right
 * @throws UsageError there
 */
export async function agrees(
  io: Io,
  question: string,
  unasked = 'nobody can be asked here; say --yes',
): Promise<boolean> {
  const answer = await io.confirm(question);
  if (answer === null) throw new UsageError(unasked);
  return answer;
}
