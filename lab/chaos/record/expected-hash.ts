/** What a target disk must hold. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/**
 * SHA-256 of the first `bytes` of a source; where its VM is converted, with the mark of exactly one conversion: the lab's
 * stand-in for virt-v2v-in-place adds one to the last byte (LAB_CONVERT_MARKS).
 */
export function expectedHash(file: string, bytes: number, converted: boolean): string {
  const content = readFileSync(file).subarray(0, bytes);
  if (content.length !== bytes) throw new Error(`${file} holds ${content.length} bytes, not ${bytes}`);
  if (converted) content[bytes - 1] = (content[bytes - 1]! + 1) % 256;
  return createHash('sha256').update(content).digest('hex');
}
