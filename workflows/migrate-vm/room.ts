/** Whether a migration's history has room for another try. Pure. */

/** Half of what Temporal lets a history hold before it ends the workflow, which would leave the source off. */
const MOST_EVENTS = 25_000;
const MOST_BYTES = 25 * 2 ** 20;

/** Why the history has no room for another try; null where it has. It always has room for an abort. */
export function roomFault(history: { historyLength: number; historySize: number }): string | null {
  const { historyLength, historySize } = history;
  if (historyLength < MOST_EVENTS && historySize < MOST_BYTES) return null;
  const found = `its history has ${historyLength} events and ${historySize} bytes, too many for another try`;
  return `${found}; abort it, and start again with a fresh plan`;
}
