/** Numbers, times and outcomes as people read them. */
import type { Standing } from '../../plan/windows';
import type { RollBackOutcome, WaveOutcome } from '../../workflows/temporal-api';
import type { Range } from '../../workflows/transfer-slots/rates';

const BINARY_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `1.5 GiB`; three digits at most. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < BINARY_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 || Number.isInteger(value) ? 0 : 1;
  return `${value.toFixed(digits)} ${BINARY_UNITS[unit]}`;
}

export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(Math.round(bytesPerSecond))}/s`;
}

/** `42s`, `3m 05s`, `2h 10m`, `3d 4h`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  const hours = Math.floor(minutes / 60);
  if (whole < 60) return `${whole}s`;
  if (minutes < 60) return `${minutes}m ${String(whole % 60).padStart(2, '0')}s`;
  if (hours < 24) return `${hours}h ${String(minutes % 60).padStart(2, '0')}m`;
  return `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

/** `3m 05s to 5m 10s`; `about 3m 05s` where both sides read alike. */
export function formatRange({ low, high }: Range): string {
  const [from, to] = [formatSeconds(low), formatSeconds(high)];
  return from === to ? `about ${from}` : `${from} to ${to}`;
}

/** ISO 8601 → `2025-03-01 14:05:06Z`. */
export function formatTime(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')}Z`;
}

/** Of a VM, or of one of its disks: until its transfer slots are granted. */
export function describeWait(since: string): string {
  return `waits for its turn since ${formatTime(since)}`;
}

/** Of a VM, until its cutover window opens. */
export function describeWindowWait({ until, local }: Standing): string {
  return `for its cutover window, which opens ${local ?? 'later'}${formatLeft(until)}`;
}

/** `, in 3h 05m`: nobody reckons with time zones at night. Empty where no moment is known. */
export function formatLeft(until: string | null | undefined): string {
  return until == null ? '' : `, in ${formatSeconds((Date.parse(until) - Date.now()) / 1000)}`;
}

export function countVms(count: number): string {
  return count === 1 ? '1 VM' : `${count} VMs`;
}

type AnyOutcome = WaveOutcome | RollBackOutcome | 'terminated';

/** `alreadyMigrated` → `already migrated`; the others are words as they are. */
export function describeOutcome(outcome: AnyOutcome): string;
export function describeOutcome(outcome: AnyOutcome | null | undefined): string | undefined;
export function describeOutcome(outcome: AnyOutcome | null | undefined): string | undefined {
  if (outcome === 'rolledBack') return 'rolled back';
  return outcome === 'alreadyMigrated' ? 'already migrated' : (outcome ?? undefined);
}
