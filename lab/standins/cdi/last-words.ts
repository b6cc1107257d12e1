/** What an importer that succeeded leaves as its termination message: JSON, as CDI 1.66's pkg/common has it. */

interface LastWords {
  /** How many bytes it has moved: the lab's alone. */
  bytes?: number;
  message?: string;
  vddkInfo?: { Version?: string; Host?: string };
}

/** Null for anything else, as the sentence of one that failed. */
export function parseLastWords(message: string | undefined): LastWords | null {
  if (!message?.startsWith('{')) return null;
  try {
    return JSON.parse(message) as LastWords;
  } catch {
    return null;
  }
}
