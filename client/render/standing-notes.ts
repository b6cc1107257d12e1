/** What a VM's own steps (its volumes, its conversion, its guest) wait for. What copies wait for stands in their rows. */
import type { WatchSnapshot } from '../watch';

/** A note that stands for so long is no step on the way: something is waited for. */
const STANDS_MS = 3_000;

interface Standing {
  note: string;
  since: number;
}

export class StandingNotes {
  /** By VM and activity. */
  private readonly standing = new Map<string, Standing>();
  private readonly said = new Set<string>();

  /** Each note once, as soon as it has stood for a while. */
  linesOf({ vms }: WatchSnapshot, now: number): string[] {
    return vms.flatMap(({ workflowId, name, steps }) =>
      steps.flatMap(({ activity, diskKey, progress }) => {
        const note = progress?.note ?? null;
        if (diskKey !== null || note === null) return [];
        return this.isNews(`${workflowId} ${activity}`, note, now) ? [`${name}: ${note}`] : [];
      }),
    );
  }

  private isNews(step: string, note: string, now: number): boolean {
    const known = this.standing.get(step);
    if (known?.note !== note) {
      this.standing.set(step, { note, since: now });
      return false;
    }
    const words = `${step} ${note}`;
    if (now - known.since < STANDS_MS || this.said.has(words)) return false;
    this.said.add(words);
    return true;
  }
}
