import { StringDecoder } from 'node:string_decoder';
import { TooLong } from '../../limited';

/**
 * A stream's lines; its errors are thrown to the reader. What comes after the last newline is dropped.
 * @param longest characters of a line
 * @throws TooLong
 */
export async function* lines(stream: AsyncIterable<Buffer>, longest: number): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  // In pieces: a line that comes in many chunks is put together once.
  let pieces: string[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const parts = decoder.write(chunk).split('\n');
    const rest = parts.pop() ?? '';
    for (const part of parts) {
      yield pieces.join('') + part;
      pieces = [];
      length = 0;
    }
    pieces.push(rest);
    length += rest.length;
    if (length > longest) throw new TooLong(longest);
  }
}

/**
 * The lines of a container, which may print anything: each is cut to so many characters, so that none costs more
 * memory than that. One that ends without a newline counts, too.
 */
export async function* cutLines(stream: AsyncIterable<Buffer>, longest: number): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of stream) {
    const [first = '', ...others] = decoder.write(chunk).split('\n');
    rest += first.slice(0, longest - rest.length);
    for (const next of others) {
      yield rest;
      rest = next.slice(0, longest);
    }
  }
  if (rest !== '') yield rest;
}
