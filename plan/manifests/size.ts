/** Sizes as users write them: `512Mi`, `4Gi`, `1Ti`. */
import { z } from 'zod';
import { LARGEST_SCRATCH_BYTES } from '../field-limits';

const UNITS = { Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 } as const;
type Unit = keyof typeof UNITS;

const SIZE = /^([1-9]\d{0,5})(Mi|Gi|Ti)$/;

/** A new initramfs, drivers and a guest agent for any guest that virt-v2v knows, several times over: bytes. */
export const DEFAULT_SCRATCH = 4 * UNITS.Gi;

/** Parsed to bytes. An empty text, as servers write it for an absent one, means the default. */
export const sizeSchema = z
  .string()
  .refine((text) => text === '' || SIZE.test(text), {
    error: 'give a whole number and a unit, as 512Mi, 4Gi or 1Ti',
    abort: true,
  })
  .refine(
    (text) => bytesOf(text) <= LARGEST_SCRATCH_BYTES,
    `give at most ${LARGEST_SCRATCH_BYTES / UNITS.Ti}Ti`,
  )
  .transform(bytesOf);

function bytesOf(text: string): number {
  const [, count, unit] = SIZE.exec(text) ?? [];
  return count === undefined ? DEFAULT_SCRATCH : Number(count) * UNITS[unit as Unit];
}
