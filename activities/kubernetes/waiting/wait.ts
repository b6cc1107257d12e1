/** Waiting for the world to change: by events, until a deadline or a cancellation. */
import { isRefusal, type Informer } from './informer';
import type { ApiObject } from '../api/kinds';

export interface WaitOptions {
  /** Milliseconds since the epoch. */
  deadline: number;
  signal: AbortSignal;
  /** Hears why nothing is heard. */
  onNote?: (note: string) => void;
  /** Judged again after so long without a change, too: for what time alone makes true. */
  againMs?: number;
  /** Judged again after any change of these, too. */
  also?: Pick<Informer<ApiObject>, 'listen'>;
}

/** The deadline passed. Whoever waited knows what that means. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/**
 * Waits until `judge` returns something. It is asked at once, after every change of a matching object, and
 * after every fresh list; what it throws ends the wait. It sees what was last heard: before anything is called
 * gone it must read the object live itself.
 * @throws DeadlineError, the signal's reason, or the API's refusal to be watched.
 */
export async function waitFor<T extends ApiObject, R>(
  informer: Informer<T>,
  matches: (object: T) => boolean,
  judge: (objects: T[]) => R | undefined | Promise<R | undefined>,
  options: WaitOptions,
): Promise<R> {
  const bell = new Bell();
  const onChange = () => bell.ring();
  const onTrouble = (error: unknown) => {
    if (isRefusal(error)) bell.fail(error);
    else options.onNote?.('the cluster does not answer');
  };
  const silences = [
    informer.listen({ matches, onChange, onTrouble }),
    options.also?.listen({ matches: () => true, onChange, onTrouble }),
  ];
  try {
    for (;;) {
      options.signal.throwIfAborted();
      if (informer.isListed) {
        const verdict = await judge(informer.select(matches));
        if (verdict !== undefined) return verdict;
      }
      await bell.rung(options);
    }
  } finally {
    for (const silence of silences) silence?.();
  }
}

/** Remembers that something happened until someone asks. */
class Bell {
  private pending = false;
  private failure: { error: unknown } | null = null;
  private wake: (() => void) | null = null;

  ring(): void {
    this.pending = true;
    this.wake?.();
  }

  fail(error: unknown): void {
    this.failure = { error };
    this.wake?.();
  }

  async rung({ deadline, signal, againMs = Infinity }: WaitOptions): Promise<void> {
    if (!this.pending && this.failure === null) {
      await this.sleep(Math.min(deadline - Date.now(), againMs), signal);
    }
    signal.throwIfAborted();
    if (this.failure !== null) throw this.failure.error;
    if (!this.pending && Date.now() >= deadline) throw new DeadlineError('the deadline passed');
    this.pending = false;
  }

  private sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.wake = null;
        resolve();
      };
      // Longer than a timer can be is as good as for ever; the wait is woken by every fresh list anyway.
      const timer = setTimeout(done, Math.min(Math.max(milliseconds, 0), 2 ** 31 - 1));
      signal.addEventListener('abort', done, { once: true });
      this.wake = done;
    });
  }
}
