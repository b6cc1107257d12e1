/** The last lines that a container has written for people, bounded and without control characters. */
import type { LogRef } from '../api/api-address';
import type { ApiClient, LogQuery } from '../api/api-client';
import { cutLines } from '../api/lines';
import { plainLine } from './plain-line';

/** Of one line Drover reads 64 KiB, and keeps 2,000 characters. */
const LONGEST_READ = 64 * 1024;
const LONGEST_LINE = 2_000;

export interface LogLine {
  /** The timestamp that the kubelet put before the line, RFC 3339. */
  time: string;
  text: string;
}

interface WantedLines {
  count: number;
  /** Of all lines together. */
  mostBytes: number;
  /** Only lines after this time. */
  after?: string | null;
  /** Removes from a whole line what nobody may see, before it is cut. */
  mask?: (text: string) => string;
}

export async function readLogLines(
  api: ApiClient,
  log: LogRef,
  { count, mostBytes, after = null, mask = (text) => text }: WantedLines,
): Promise<LogLine[]> {
  const since: LogQuery = after === null ? {} : { sinceTime: `${after.slice(0, 19)}Z` };
  const query: LogQuery = { timestamps: 'true', tailLines: String(count), ...since };
  const last = new LastLines(count, mostBytes);
  for await (const raw of cutLines(await api.openLog(log, query), LONGEST_READ)) {
    const line = split(raw);
    if (after === null || sortable(line.time) > sortable(after)) {
      last.add({ ...line, text: plainLine(mask(line.text), LONGEST_LINE) });
    }
  }
  return last.lines;
}

function split(raw: string): LogLine {
  const space = raw.indexOf(' ');
  return space < 0 ? { time: raw, text: '' } : { time: raw.slice(0, space), text: raw.slice(space + 1) };
}

/** A timestamp may have fewer than nine digits of a second: `…:05.1Z` is after `…:05.09Z`. */
function sortable(time: string): string {
  const [, whole = time, fraction = ''] = /^([^.Z]*)\.?(\d*)Z?$/.exec(time) ?? [];
  return `${whole}.${fraction.padEnd(9, '0')}`;
}

/** Keeps the last lines: at most `most` of them, and at most `mostBytes` in all. */
class LastLines {
  readonly lines: LogLine[] = [];
  private bytes = 0;

  constructor(
    private readonly most: number,
    private readonly mostBytes: number,
  ) {}

  add(line: LogLine): void {
    this.lines.push(line);
    this.bytes += sizeOf(line);
    while (this.lines.length > this.most || this.bytes > this.mostBytes) {
      const first = this.lines.shift();
      this.bytes -= first === undefined ? this.bytes : sizeOf(first);
    }
  }
}

function sizeOf({ text }: LogLine): number {
  return Buffer.byteLength(text) + 1;
}
