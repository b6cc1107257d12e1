import { Writable } from 'node:stream';
import { createLog, sdkLogger } from '../../workers/telemetry';

function record(): { stream: Writable; lines(): Record<string, unknown>[] } {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  const parse = (line: string) => JSON.parse(line) as Record<string, unknown>;
  return { stream, lines: () => chunks.join('').trim().split('\n').map(parse) };
}

test("writes the SDK's words as JSON lines with their fields", () => {
  const { stream, lines } = record();
  sdkLogger(createLog('info', stream)).warn('worker is slow', { taskQueue: 'drover' });
  expect(lines()).toMatchObject([{ level: 'warn', msg: 'worker is slow', taskQueue: 'drover' }]);
});

test('leaves out what foreign libraries hang on their errors: it holds answers and logins', () => {
  const { stream, lines } = record();
  const cause = Object.assign(new Error('403'), { headers: { authorization: 'Bearer secret-1' } });
  const error = Object.assign(new Error('refused', { cause }), { body: 'password=secret-2' });
  sdkLogger(createLog('info', stream)).error('activity failed', { error });
  expect(lines()).toMatchObject([{ error: { message: 'refused', cause: { message: '403' } } }]);
  expect(JSON.stringify(lines())).not.toContain('secret');
});

test('is silent below its level', () => {
  const { stream, lines } = record();
  const log = sdkLogger(createLog('warn', stream));
  log.info('nothing new');
  log.warn('something');
  expect(lines()).toHaveLength(1);
});
