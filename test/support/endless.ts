import { once } from 'node:events';
import type { Writable } from 'node:stream';

/**
 * Writes on and on, as fast as it is read, until the reader goes or `most` bytes are written.
 * @returns how many bytes it got rid of
 */
export async function writeWithoutEnd(to: Writable, piece: string, most = 2 ** 30): Promise<number> {
  let [written, gone] = [0, false];
  to.on('error', () => undefined).once('close', () => (gone = true));
  while (!gone && written < most) {
    written += Buffer.byteLength(piece);
    if (to.write(piece)) continue;
    const ended = new AbortController();
    const { signal } = ended;
    await Promise.race([once(to, 'drain', { signal }), once(to, 'close', { signal })]).catch(() => undefined);
    ended.abort();
  }
  return written;
}
