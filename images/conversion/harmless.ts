/** What is shown of an error, in characters. */
const LONGEST_ERROR = 300;

/** An error may quote what a guest holds: nothing of it steers a terminal, and it fills no report. */
export function harmless(error: string): string {
  const shown = error.length > LONGEST_ERROR ? `${error.slice(0, LONGEST_ERROR - 1)}…` : error;
  return shown.replace(/\p{C}/gu, '\ufffd');
}
