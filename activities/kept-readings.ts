/** What was read for one page of a long answer, kept for the pages behind it: they need nothing read again. */
import { createHash } from 'node:crypto';

/** Milliseconds: as long as a consent of an owner is kept. Whoever reads pages takes the next one at once. */
const KEPT_MS = 60_000;
/** Of different questions. Of ten thousand VMs, a plan has some forty megabytes. */
const MOST_KEPT = 2;

export class KeptReadings<Reading> {
  private readonly kept = new Map<string, { reading: Reading; readAt: number }>();

  /**
   * @param question what was asked, apart from the page: equal questions have equal JSON
   * @param isFirst a first page is always read anew
   * @param read also asked where another worker has read the pages before
   */
  async get(question: unknown, isFirst: boolean, read: () => Promise<Reading>): Promise<Reading> {
    const key = keyOf(question);
    const known = isFirst ? undefined : this.kept.get(key);
    if (known !== undefined && Date.now() - known.readAt < KEPT_MS) return known.reading;
    const reading = await read();
    // Not from its begin: where a reading takes longer than it is kept, each page would read again.
    this.keep(key, { reading, readAt: Date.now() });
    return reading;
  }

  /** After the last page. */
  forget(question: unknown): void {
    this.kept.delete(keyOf(question));
  }

  private keep(key: string, one: { reading: Reading; readAt: number }): void {
    this.kept.delete(key);
    const [oldest] = this.kept.keys();
    if (this.kept.size >= MOST_KEPT && oldest !== undefined) this.kept.delete(oldest);
    this.kept.set(key, one);
  }
}

function keyOf(question: unknown): string {
  return createHash('sha256').update(JSON.stringify(question)).digest('hex');
}
