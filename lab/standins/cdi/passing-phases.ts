/**
 * Phases that an import only passes through are told once they last: CDI, too, tells what it finds when it comes to
 * look, not all that was in between.
 */

/** On the way from a claim to an importer that runs. */
const PASSED = new Set(['PVCBound', 'ImportScheduled']);

/** How long such a phase lasts before it is told. */
const LASTS_MS = 1_000;

interface Since {
  phase: string;
  /** Milliseconds since 1970. */
  at: number;
}

export class PassingPhases {
  /** By the DataVolume's uid, for as long as it is in a phase that is not told yet. */
  private readonly since = new Map<string, Since>();

  /** Milliseconds after which to look again; 0 for a phase that is to be told now. */
  wait(uid: string, phase: string, told: string | undefined): number {
    if (phase === told || !PASSED.has(phase)) {
      this.since.delete(uid);
      return 0;
    }
    const known = this.since.get(uid);
    const since = known?.phase === phase ? known : { phase, at: Date.now() };
    this.since.set(uid, since);
    return Math.max(0, since.at + LASTS_MS - Date.now());
  }
}
