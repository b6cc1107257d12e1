import type { WatchSnapshot } from '../watch';

/** Shows a wave as it moves. */
export interface Renderer {
  show(snapshot: WatchSnapshot): void;
  /** Leaves the terminal as it was found. */
  close(): void;
}

/** Where progress goes: a terminal, a pipe, a file. */
export type ProgressStream = NodeJS.WritableStream & { isTTY?: boolean; rows?: number };
