/** Splits a program's output into lines, none of them longer than we can keep: the rest of such a line is dropped. */
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Far above what virt-v2v prints in one line, far below what could fill our memory. */
const LONGEST_LINE = 8192;

export function readLines(stream: Readable, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let line = '';
  const add = (text: string) => {
    if (line.length < LONGEST_LINE) line += text.slice(0, LONGEST_LINE - line.length);
  };
  const end = () => {
    onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    line = '';
  };
  stream.on('data', (chunk: Buffer) => {
    const [first = '', ...others] = decoder.write(chunk).split('\n');
    add(first);
    for (const text of others) {
      end();
      add(text);
    }
  });
  stream.on('end', () => line !== '' && end());
}
