/** What anyone on the machine may read of its processes while something goes on. */
import { readdirSync, readFileSync } from 'node:fs';

const INTERVAL_MS = 50;

/** Looks at the command line of every process again and again, and keeps each that holds one of the texts. */
export class ProcessListWatch {
  readonly found: string[] = [];
  /** Distinct command lines that were seen. */
  readonly seen = new Set<string>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly texts: readonly string[]) {
    this.timer = setInterval(() => this.look(), INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.look();
  }

  private look(): void {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const line = commandLine(pid);
      if (this.seen.has(line)) continue;
      this.seen.add(line);
      if (this.texts.some((text) => line.includes(text))) this.found.push(line);
    }
  }
}

/** Empty for a process that has just ended. */
function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
