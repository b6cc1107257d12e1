import { convertedSystem, readOutputLine } from './output';

/** What virt-v2v said of the guest while it converted it. */
export interface Heard {
  /** `Debian GNU/Linux 12 (bookworm)` */
  os: string | null;
  /** libosinfo's short name: `debian12` */
  osinfo: string | null;
  /** Whether the guest can drive virtio disks; null where virt-v2v did not come that far. */
  virtio: boolean | null;
  warnings: string[];
  /** The first line of the error; null without one. */
  error: string | null;
  /** The error with all its paragraphs; where no line was marked as one, the last lines that were none of the above. */
  lastWords: string;
}

const MOST_WARNINGS = 50;
const MOST_LAST_LINES = 20;
/** What virt-v2v appends to every error. */
const CLOSING = /^If reporting bugs, run/;

/** Listens to virt-v2v-in-place line by line; keeps a bounded part, however much is said. */
export class Listener {
  private readonly warnings: string[] = [];
  private readonly lastLines: string[] = [];
  private system: { os: string | null; osinfo: string | null } | null = null;
  private virtio: boolean | null = null;
  private error: string | null = null;
  private closed = false;

  constructor(private readonly onStage: (stage: string) => void) {}

  hear(line: string): void {
    const said = readOutputLine(line);
    switch (said.kind) {
      case 'stage':
        this.system = convertedSystem(said.stage) ?? this.system;
        return this.onStage(said.stage);
      case 'warning':
        if (this.warnings.length < MOST_WARNINGS) this.warnings.push(said.text);
        return;
      case 'error':
        if (this.error === null) this.lastLines.length = 0;
        this.error ??= said.text;
        return this.keep(said.text);
      case 'info':
        this.virtio = virtioSaid(said.text) ?? this.virtio;
        return this.keep(said.text);
      case 'other':
        return this.keep(said.text);
    }
  }

  heard(): Heard {
    return {
      os: this.system?.os ?? null,
      osinfo: this.system?.osinfo ?? null,
      virtio: this.virtio,
      warnings: this.warnings,
      error: this.error,
      lastWords: this.lastLines.join('\n'),
    };
  }

  private keep(text: string): void {
    this.closed ||= CLOSING.test(text);
    if (this.closed || text.trim() === '') return;
    this.lastLines.push(text);
    if (this.lastLines.length <= MOST_LAST_LINES) return;
    // Before an error the latest lines may explain it, after it the earliest do.
    if (this.error === null) this.lastLines.shift();
    else this.lastLines.pop();
  }
}

function virtioSaid(text: string): boolean | null {
  if (text.startsWith('This guest has virtio drivers installed')) return true;
  return text.startsWith('This guest does not have virtio drivers installed') ? false : null;
}
