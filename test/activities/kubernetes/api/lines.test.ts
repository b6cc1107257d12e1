import { cutLines } from '../../../../activities/kubernetes/api/lines';

async function* chunks(...texts: (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Promise.resolve(Buffer.from(text));
}

async function all(stream: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const line of stream) found.push(line);
  return found;
}

test('lines are put together from whatever pieces they come in, and the last needs no newline', async () => {
  const euro = Buffer.from('€');
  const pieces = ['a', 'b\nc', '\n\n', euro.subarray(0, 1), euro.subarray(1), ' end'];
  expect(await all(cutLines(chunks(...pieces), 100))).toEqual(['ab', 'c', '', '€ end']);
});

test('a line of 10 MB is cut, however it comes, and the next one is whole', async () => {
  const long = Array<string>(160).fill('x'.repeat(65_536));
  expect(await all(cutLines(chunks(...long, '\nnext\n', 'y'.repeat(50), 'z'.repeat(50)), 10))).toEqual([
    'x'.repeat(10),
    'next',
    'y'.repeat(10),
  ]);
});
