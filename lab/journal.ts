/** Files in which parts of the lab record what they did, one JSON object a line: what outlives the doer is the proof. */
import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';

/** Adds a line with the instant, `at`, in milliseconds since 1970. */
export function note(file: string, what: object): void {
  appendFileSync(file, `${JSON.stringify({ at: Date.now(), ...what })}\n`);
}

/** Every whole line; none where nothing was recorded. */
export function readJournal<T extends object>(file: string): (T & { at: number })[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as T & { at: number });
}

/** Takes away the half line that a killed writer may have left. For a writer that goes on with the file. */
export function mendJournal(file: string): void {
  if (!existsSync(file)) return;
  const text = readFileSync(file);
  truncateSync(file, text.lastIndexOf('\n') + 1);
}
