/**
 * The stand-in writes a phase that an import only passes through once this phase has lasted a while. CDI, too, writes
 * the phase that it finds when it looks, and skips phases in between.
 */

/** On the way from a claim to an importer that runs. */
const PASSED = new Set(['PVCBound', 'ImportScheduled']);

/** How long a passing phase lasts before it is written, in milliseconds. */
const LASTS_MS = 1_000;

interface Since {
  phase: string;
  /** Milliseconds since 1970. */
  at: number;
}

export class PassingPhases {
  /** By the DataVolume's uid, while its phase is not written yet. */
  private readonly since = new Map<string, Since>();

  /** Milliseconds after which to look again; 0 for a phase to write now. `written` is the phase in the status. */
  wait(uid: string, phase: string, written: string | undefined): number {
    if (phase === written || !PASSED.has(phase)) {
      this.since.delete(uid);
      return 0;
    }
    const known = this.since.get(uid);
    const since = known?.phase === phase ? known : { phase, at: Date.now() };
    this.since.set(uid, since);
    return Math.max(0, since.at + LASTS_MS - Date.now());
  }
}
