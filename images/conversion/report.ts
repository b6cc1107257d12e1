/**
 * What a conversion says about itself: JSON lines while it works, one JSON document when it ends.
 * The document fits a termination message (4096 bytes, the kubelet's limit), whatever virt-v2v printed.
 */

export interface ConversionOutcome {
  /** virt-v2v's own name of the stage that it reached: `Inspecting the source`. */
  stage: string | null;
  converted: boolean;
  /** Operating system as virt-v2v names it, null where it was not told. */
  os: string | null;
  /** Index of the disk that the guest boots from, null where it was not told. */
  bootDisk: number | null;
  warnings: string[];
  /** virt-v2v's error line; absent after success. */
  error?: string;
}

const TERMINATION_LIMIT = 4096;
const LONGEST_TEXT = 400;

/** Shortens texts and drops warnings from the end until the document fits. */
export function terminationMessage(outcome: ConversionOutcome): string {
  const shortened: ConversionOutcome = {
    ...outcome,
    warnings: outcome.warnings.map(shorten),
    ...(outcome.error === undefined ? {} : { error: shorten(outcome.error) }),
  };
  while (Buffer.byteLength(JSON.stringify(shortened)) > TERMINATION_LIMIT && shortened.warnings.length > 0) {
    shortened.warnings.pop();
  }
  return JSON.stringify(shortened);
}

function shorten(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 1)}…`;
}

/** What one line of virt-v2v's output means to us. */
export type OutputLine =
  | { kind: 'stage'; stage: string }
  | { kind: 'warning'; text: string }
  | { kind: 'error'; text: string }
  | { kind: 'other' };

/** Stages come as `[  12.7] Inspecting the source`, the rest as `virt-v2v-in-place: warning: …` (virt-v2v 2.x). */
export function readOutputLine(line: string): OutputLine {
  const stage = /^\[\s*\d+(?:\.\d+)?\]\s+(.+)$/.exec(line)?.[1];
  if (stage !== undefined) return { kind: 'stage', stage };
  const said = /^virt-v2v(?:-in-place)?: (warning|error): (.+)$/.exec(line);
  if (said?.[1] === 'warning') return { kind: 'warning', text: said[2] ?? '' };
  if (said?.[1] === 'error') return { kind: 'error', text: said[2] ?? '' };
  return { kind: 'other' };
}

/** Reads the inspection that `-O` writes (virt-v2v-inspector's format); absent elements stay null. */
export function readInspection(xml: string): { os: string | null } {
  return { os: /<product_name>([^<]+)<\/product_name>/.exec(xml)?.[1] ?? null };
}
