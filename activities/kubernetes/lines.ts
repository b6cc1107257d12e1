import { StringDecoder } from 'node:string_decoder';

/** A stream's lines; its errors are thrown to the reader. What comes after the last newline is dropped. */
export async function* lines(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of stream) {
    const parts = (rest + decoder.write(chunk)).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
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
