/** Downloads an archive of programs, proves that it is the one that was meant, and unpacks it. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { Archive, Checksum } from './archives';
import type { Log } from './log';

/** How long whom is waited for, in milliseconds. What is given up on is built instead, which takes some minutes, too. */
export interface Patience {
  /** Until an answer begins: a network that drops what it does not let through never says so. */
  answer: number;
  /** Between two pieces of it. */
  silence: number;
  /** For the whole, by what the first {@link Patience.judged} show of its speed. */
  whole: number;
  judged: number;
}

const PATIENCE: Patience = { answer: 8_000, silence: 10_000, whole: 600_000, judged: 20_000 };
const PROGRESS_EVERY_MS = 5_000;
/** Several times what Kubernetes' archive has. */
const MOST_BYTES = 2 ** 31;
const MOST_LIST_BYTES = 2 ** 20;

/** Why there is no archive: said in one line, and no reason to stop. */
export class NotDownloaded extends Error {
  override readonly name = 'NotDownloaded';
}

/**
 * Puts the archive's programs into the folder.
 * @throws NotDownloaded, and then the folder is as it was
 */
export async function downloadPrograms(
  archive: Archive,
  folder: string,
  { log, patience = PATIENCE }: { log: Log; patience?: Patience },
): Promise<void> {
  const scratch = join(folder, `.${basename(archive.url)}`);
  mkdirSync(scratch, { recursive: true });
  try {
    const file = join(scratch, 'archive');
    const found = await fetchTo(file, archive, { log, patience });
    requireSum(archive, found, await expectedSum(archive, patience));
    await unpack(archive, file, scratch);
    for (const [program, path] of Object.entries(archive.programs)) {
      chmodSync(join(scratch, path), 0o755);
      renameSync(join(scratch, path), join(folder, program));
    }
  } catch (error) {
    throw error instanceof NotDownloaded ? error : new NotDownloaded(reasonOf(error));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface Means {
  log: Log;
  patience: Patience;
}

/** @returns the file's checksum, in hexadecimal */
async function fetchTo(file: string, archive: Archive, { log, patience }: Means): Promise<string> {
  const hash = createHash(archive.checksum.algorithm);
  const meter = new Meter(archive.name, log, patience);
  await pipeline(async function* () {
    for await (const chunk of piecesOf(archive.url, patience, (total) => meter.begin(total))) {
      hash.update(chunk);
      meter.add(chunk.length);
      yield chunk;
    }
  }, createWriteStream(file));
  meter.end();
  return hash.digest('hex');
}

/** The body of an answer. Silence ends it, and so does too much. */
async function* piecesOf(
  url: string,
  patience: Patience,
  onBegin: (totalBytes: number | null) => void = () => undefined,
): AsyncGenerator<Buffer> {
  const giveUp = new AbortController();
  const within = (ms: number, what: string) =>
    setTimeout(() => giveUp.abort(new NotDownloaded(`${what} within ${ms / 1000} s`)), ms);
  let timer = within(patience.answer, 'no answer');
  try {
    const response = await fetch(url, { signal: giveUp.signal });
    if (!response.ok || response.body === null) throw new NotDownloaded(`the answer is ${response.status}`);
    onBegin(Number(response.headers.get('content-length')) || null);
    let bytes = 0;
    clearTimeout(timer);
    timer = within(patience.silence, 'nothing more came');
    for await (const piece of response.body) {
      bytes += piece.length;
      if (bytes > MOST_BYTES) throw new NotDownloaded(`it is longer than ${MOST_BYTES} bytes`);
      yield Buffer.from(piece);
      timer.refresh();
    }
  } catch (error) {
    throw giveUp.signal.aborted ? giveUp.signal.reason : error;
  } finally {
    clearTimeout(timer);
    giveUp.abort();
  }
}

async function expectedSum({ url, checksum }: Archive, patience: Patience): Promise<string> {
  if ('hex' in checksum) return checksum.hex;
  let list = '';
  for await (const piece of piecesOf(checksum.listedAt, patience)) {
    list += piece.toString('utf8');
    if (list.length > MOST_LIST_BYTES) throw new NotDownloaded('the list of checksums has no end');
  }
  const file = basename(url);
  const line = list.split('\n').find((one) => one.trim().split(/\s+\*?/)[1] === file);
  const sum = line?.trim().split(/\s+/)[0];
  if (sum === undefined) throw new NotDownloaded(`the list of checksums has no ${file}`);
  return sum;
}

function requireSum({ checksum }: { checksum: Checksum }, found: string, expected: string): void {
  if (found === expected) return;
  const algorithm = checksum.algorithm.toUpperCase().replace('SHA', 'SHA-');
  throw new NotDownloaded(`REFUSED: its ${algorithm} is ${found}, and should be ${expected}`);
}

async function unpack({ programs }: Archive, file: string, into: string): Promise<void> {
  const args = ['--extract', '--gzip', '--file', file, '--directory', into, '--', ...Object.values(programs)];
  await promisify(execFile)('tar', args);
}

/** One line: what went wrong beneath `fetch failed`, the first line of what `tar` said. */
function reasonOf(error: unknown): string {
  const { cause, stderr, message } = error as {
    cause?: Error & { code?: string };
    stderr?: string;
    message?: string;
  };
  return (stderr || cause?.code || cause?.message || message || 'unknown').trim().split('\n', 1)[0] ?? '';
}

/** Says how far a download is, and gives up on one that would take longer than building. */
class Meter {
  private readonly started = Date.now();
  private total: number | null = null;
  private bytes = 0;
  private said = Date.now();

  constructor(
    private readonly name: string,
    private readonly log: Log,
    private readonly patience: Patience,
  ) {}

  begin(total: number | null): void {
    this.total = total;
    this.log(
      `downloading ${this.name}${total === null ? '' : `, ${mib(total)}`} (once; it is kept for later)`,
    );
  }

  /** @throws NotDownloaded */
  add(bytes: number): void {
    this.bytes += bytes;
    const elapsed = Date.now() - this.started;
    const left = this.total === null ? null : (elapsed / this.bytes) * (this.total - this.bytes);
    if (elapsed > this.patience.judged && elapsed + (left ?? 0) > this.patience.whole)
      throw new NotDownloaded(`too slow: ${mib(this.bytes)} in ${seconds(elapsed)}`);
    if (Date.now() - this.said < PROGRESS_EVERY_MS) return;
    this.said = Date.now();
    const part = this.total === null ? mib(this.bytes) : `${Math.floor((this.bytes / this.total) * 100)} %`;
    this.log(`downloading ${this.name}: ${part}${left === null ? '' : `, about ${seconds(left)} left`}`);
  }

  end(): void {
    this.log(`downloading ${this.name}: done after ${seconds(Date.now() - this.started)}`);
  }
}

function mib(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
