import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectedHash } from '../../../lab/chaos/record/expected-hash';

const dir = mkdtempSync(join(tmpdir(), 'drover-expected-'));
const file = join(dir, 'disk');
writeFileSync(file, Buffer.from([1, 2, 255, 9]));
afterAll(() => rmSync(dir, { recursive: true }));

function sha256(...bytes: number[]): string {
  return createHash('sha256').update(Buffer.from(bytes)).digest('hex');
}

test('an unconverted target holds the source, and no more than its bytes count', () => {
  expect(expectedHash(file, 4, false)).toBe(sha256(1, 2, 255, 9));
  expect(expectedHash(file, 2, false)).toBe(sha256(1, 2));
});

test('a converted one holds the mark of one conversion: not none, not two', () => {
  expect(expectedHash(file, 4, true)).toBe(sha256(1, 2, 255, 10));
  expect(expectedHash(file, 3, true)).toBe(sha256(1, 2, 0));
});

test('a source that is too short is no proof', () => {
  expect(() => expectedHash(file, 5, false)).toThrow('holds 4 bytes, not 5');
});
