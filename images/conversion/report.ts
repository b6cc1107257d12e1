/**
 * What a conversion says about itself: JSON lines while it works, one JSON document when it ends.
 * The document fits a termination message, whatever virt-v2v printed. The kubelet takes at most 4096 bytes (Kubernetes
 * 1.34.4, pkg/kubelet/container/runtime.go, `MaxContainerTerminationMessageLength`).
 */
import type { Accelerator } from './accelerator';
import type { Firmware } from './inspection';
import type { Reason } from './unconvertible';

/** What was found out about the guest; kept in the journal from the first commit on. */
export interface Findings {
  /** Operating system as virt-v2v names it; null where virt-v2v named none. */
  os: string | null;
  /** libosinfo's short name: `debian12`. */
  osinfo: string | null;
  firmware: Firmware | null;
  /** Index of the disk that the guest boots from; null where it is not known. */
  bootDisk: number | null;
  /** Whether the guest can drive virtio devices now; null where virt-v2v did not say. */
  virtio: boolean | null;
  warnings: string[];
  /** What the appliance ran under; null where it was never started. */
  accelerator: Accelerator | null;
}

export const NOTHING_FOUND: Findings = {
  os: null,
  osinfo: null,
  firmware: null,
  bootDisk: null,
  virtio: null,
  warnings: [],
  accelerator: null,
};

export interface ConversionReport extends Findings {
  /** The stage that was reached, in virt-v2v's own words or ours. */
  stage: string | null;
  converted: boolean;
  /** `untouched`: as they were filled. `unknown`: part of the conversion may be on them. */
  disks: 'untouched' | 'converted' | 'unknown';
  /** virt-v2v's error or ours; absent after success. */
  error?: string;
  reason?: Reason;
}

const TERMINATION_LIMIT = 4096;
/** Longest forms as JSON, in bytes: all texts together stay below the limit even without a warning dropped. */
const LONGEST = { stage: 300, name: 300, error: 1500, warning: 600 };

/** Shortens texts and drops warnings from the end until the document fits; then the last says how many were dropped. */
export function terminationMessage(report: ConversionReport): string {
  const short = (text: string | null, bytes: number) => text && shorten(text, bytes);
  const warnings = report.warnings.map((text) => shorten(text, LONGEST.warning));
  const withFirst = (count: number) =>
    JSON.stringify({
      ...report,
      stage: short(report.stage, LONGEST.stage),
      os: short(report.os, LONGEST.name),
      osinfo: short(report.osinfo, LONGEST.name),
      warnings: firstOf(warnings, count),
      ...(report.error === undefined ? {} : { error: shorten(report.error, LONGEST.error) }),
    });
  let count = warnings.length;
  while (Buffer.byteLength(withFirst(count)) > TERMINATION_LIMIT && count > 0) count--;
  return withFirst(count);
}

function firstOf(warnings: readonly string[], count: number): string[] {
  const rest = warnings.length - count;
  return rest === 0 ? [...warnings] : [...warnings.slice(0, count), `and ${rest} more`];
}

/** The longest beginning whose JSON form, with an ellipsis, has at most so many bytes. */
function shorten(text: string, bytes: number): string {
  if (jsonBytes(text) <= bytes) return text;
  let kept = '';
  let size = jsonBytes('…');
  for (const character of text) {
    // Less the quotes that the size above counted already.
    size += jsonBytes(character) - 2;
    if (size > bytes) break;
    kept += character;
  }
  return `${kept}…`;
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}
