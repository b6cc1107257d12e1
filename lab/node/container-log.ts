/** The output of one run of a container: a file holds each line with its time; followers get each line as an event. */
import { EventEmitter } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface LogQuery {
  timestamps: boolean;
  /** Only lines from this moment on, in milliseconds since 1970; null for all. */
  since: number | null;
  /** Of the lines that the file holds already, only this many of the last ones; null for all. */
  tailLines: number | null;
}

/** Where a node records the runs of all its containers: it outlives the Pods. See `lab/journal.ts`. */
export function containerJournal(nodeDir: string): string {
  return join(nodeDir, 'containers.jsonl');
}

/** Emits `line` for each one written and `end` when the container has ended. */
export class ContainerLog extends EventEmitter<{ line: [string]; end: [] }> {
  private readonly file: string;
  private readonly unfinished = new Map<string, string>();
  private hasEnded = false;

  constructor(file: string) {
    super();
    this.setMaxListeners(0);
    this.file = file;
    mkdirSync(dirname(file), { recursive: true });
  }

  get ended(): boolean {
    return this.hasEnded;
  }

  /** Takes a piece of output. A line is written to the file when its line break has come. */
  write(stream: 'stdout' | 'stderr', chunk: string): void {
    const lines = ((this.unfinished.get(stream) ?? '') + chunk).split('\n');
    this.unfinished.set(stream, lines.pop() ?? '');
    this.keep(lines);
  }

  end(): void {
    this.keep([...this.unfinished.values()].filter((rest) => rest !== ''));
    this.unfinished.clear();
    this.hasEnded = true;
    this.emit('end');
  }

  private keep(lines: string[]): void {
    if (lines.length === 0) {
      return;
    }
    const time = new Date().toISOString();
    const stamped = lines.map((line) => `${time} ${line}`);
    appendFileSync(this.file, stamped.join('\n') + '\n');
    stamped.forEach((line) => this.emit('line', line));
  }
}

/** Where a node keeps the output of a Pod's containers, below its own folder. */
export function podLogFolder(nodeDir: string, podUid: string): string {
  return join(nodeDir, 'logs', podUid);
}

/** Where the logs of a real node's Pods are found, as its kubelet keeps them, beside those of this node: a link leads there. */
export function kubeletLogs(nodeDir: string): string {
  return join(nodeDir, 'kubelet-logs');
}

/** The output of one run of a container; the first is run 0. */
export function runLogFile(podFolder: string, container: string, run: number): string {
  return join(podFolder, container, `${run}.log`);
}

/** The lines of a log file that the query asks for, in the form that it asks for. */
export function readLog(file: string, query: LogQuery): string[] {
  if (!existsSync(file)) {
    return [];
  }
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .filter((line) => isWanted(line, query));
  const tail = query.tailLines === null ? lines : lines.slice(Math.max(0, lines.length - query.tailLines));
  return tail.map((line) => present(line, query));
}

export function isWanted(stamped: string, { since }: LogQuery): boolean {
  return since === null || Date.parse(stamped.slice(0, stamped.indexOf(' '))) >= since;
}

export function present(stamped: string, { timestamps }: LogQuery): string {
  return timestamps ? stamped : stamped.slice(stamped.indexOf(' ') + 1);
}
