/** Bytes that were really moved, by whom: what a test asks to see that nothing was copied twice. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Totals {
  /** Bytes that importers moved into a DataVolume's claim, over all attempts, by `namespace/name`. */
  imports: Record<string, number>;
  /** Bytes that the array moved, over all attempts, by copy id. */
  copies: Record<string, number>;
}

/** Kept in a file, so that they outlive the stand-ins. */
export class Counters {
  private readonly counted: Totals;

  constructor(private readonly file: string) {
    mkdirSync(dirname(file), { recursive: true });
    this.counted = existsSync(file)
      ? (JSON.parse(readFileSync(file, 'utf8')) as Totals)
      : { imports: {}, copies: {} };
  }

  add(what: keyof Totals, name: string, bytes: number): void {
    if (bytes === 0) return;
    const totals = this.counted[what];
    totals[name] = (totals[name] ?? 0) + bytes;
  }

  save(): void {
    writeFileSync(this.file, JSON.stringify(this.counted));
  }

  totals(): Totals {
    return this.counted;
  }
}
