/** A question to whoever sits at the terminal. */
import { createInterface } from 'node:readline/promises';
import type { ReadStream, WriteStream } from 'node:tty';
import { visible } from '../plan/visible';

/** Only `y` and `yes` are a yes. Null where nobody sits there. */
export async function confirm(
  input: Pick<ReadStream, 'isTTY'> & NodeJS.ReadableStream,
  output: WriteStream,
  question: string,
): Promise<boolean | null> {
  if (!input.isTTY) return null;
  const terminal = createInterface({ input, output });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${visible(question)} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
