/** The bytes of files that a user names: never more than a bound, whatever they are (a pipe, /dev/zero). */
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { DroverError } from './errors';

export interface NamedBytes {
  /** As problems name it. */
  file: string;
  bytes: Uint8Array;
}

/**
 * One after the other; `-` is stdin.
 *
 * @param most bytes of all of them together.
 * @throws `InvalidInput`, where one can't be read or is named twice, and where there is more to read than `most`.
 */
export async function readFiles(files: readonly string[], most: number): Promise<NamedBytes[]> {
  refuseTwice(files);
  const read: NamedBytes[] = [];
  let left = most;
  for (const file of files) {
    const name = file === '-' ? 'stdin' : file;
    const bytes = await readAtMost(name, file === '-' ? process.stdin : createReadStream(file), left);
    if (bytes === null) throw tooLarge(name, most);
    left -= bytes.length;
    read.push({ file: name, bytes });
  }
  return read;
}

function refuseTwice(files: readonly string[]): void {
  const seen = new Set<string>();
  for (const file of files) {
    const path = file === '-' ? file : resolve(file);
    if (seen.has(path)) throw new DroverError('InvalidInput', `${file} is named twice; name it once`);
    seen.add(path);
  }
}

/** Null where there is more; then the rest is left unread. */
async function readAtMost(name: string, stream: Readable, most: number): Promise<Uint8Array | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > most) return null;
      chunks.push(chunk);
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new DroverError('InvalidInput', `${name} can't be read (${REASONS[code] ?? code})`);
  }
  return Buffer.concat(chunks);
}

const REASONS: Record<string, string> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
};

function tooLarge(file: string, most: number): DroverError {
  const mib = most / 2 ** 20;
  return new DroverError(
    'InvalidInput',
    `${file} is too large: all files together may have at most ${mib} MiB; leave out what Drover does not read, as status`,
  );
}
