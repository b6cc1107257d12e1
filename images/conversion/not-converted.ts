import { RESERVE_BYTES } from './free-space';
import type { ConversionReport } from './report';
import type { Reason } from './unconvertible';

/** Ends an attempt, with what is then known of the disks. */
export class NotConverted extends Error {
  constructor(
    readonly reason: Reason,
    message: string,
    readonly disks: ConversionReport['disks'] = 'untouched',
  ) {
    super(message);
  }
}

export function stopped(): NotConverted {
  return new NotConverted('stopped', 'the conversion was stopped');
}

export function scratchFull(): NotConverted {
  const reserve = RESERVE_BYTES / 1024 / 1024;
  return new NotConverted('scratchFull', `less than ${reserve} MiB are free on the scratch volume`);
}

/** Whether an error of ours or of qemu-img means that a file system is full. */
export function isOutOfSpace(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return ['ENOSPC', 'EDQUOT'].includes(code) || /No space left on device|quota exceeded/i.test(String(error));
}
