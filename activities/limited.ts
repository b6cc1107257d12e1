/** Reading what others send, up to a limit: who sends without end costs no more memory than that. */

/** More came than is read. The connection is gone. */
export class TooLong extends Error {
  override readonly name = 'TooLong';

  /** @param most bytes */
  constructor(readonly most: number) {
    super(`longer than ${inMiB(most)}`);
  }
}

/** `64 MiB`. */
export function inMiB(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}

/**
 * A stream up to so many bytes. Whoever stops reading, and the limit, end the stream and its connection.
 * @throws TooLong
 */
export async function* limited(stream: AsyncIterable<Buffer>, most: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > most) throw new TooLong(most);
    yield chunk;
  }
}

/** A whole body. @throws TooLong */
export async function readLimited(stream: AsyncIterable<Buffer>, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of limited(stream, most)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
