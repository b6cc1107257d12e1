/** How far the check of a plan is: one line of a terminal, which goes when the answer comes. */
import { formatSeconds } from './format';
import type { ProgressStream } from './renderer';

export interface CheckProgress {
  /** The first `checked` of `total` VMs have been checked. */
  seen(checked: number, total: number): void;
  /** Leaves the terminal as it was found. */
  close(): void;
}

const EVERY_MS = 1_000;
/** Back to the line's begin, and rid of what is there. */
const CLEAR = '\r\x1b[K';

/** Nothing is written where `stream` is no terminal. */
export function showCheckProgress(stream: ProgressStream): CheckProgress {
  if (stream.isTTY !== true) return { seen: () => undefined, close: () => undefined };
  const began = Date.now();
  let words = 'reading source and target';
  const draw = () => void stream.write(`${CLEAR}${words}, ${formatSeconds((Date.now() - began) / 1_000)}`);
  const timer = setInterval(draw, EVERY_MS);
  draw();
  return {
    seen(checked, total) {
      words = `checked ${checked} of ${total} VMs`;
      draw();
    },
    close() {
      clearInterval(timer);
      stream.write(CLEAR);
    },
  };
}
