/** The note on a claim that proves its copy, as JSON. Foreign data: whoever may write the claim may write the note. */
import { z } from 'zod';
import { MOST_SHARERS } from '../../../plan/field-limits';
import type { CopyEvidence, VolumeEvidence } from '../../../plan/copy-evidence';

/** Beside the marker of the volume. */
export const EVIDENCE = 'drover.dev/copied-from';

/** Characters; several times what Drover writes. */
const LONGEST = 16_384;

const moment = z.iso.datetime({ offset: true }).nullable();

const off = z.object({ bootTime: moment, lastPowerOn: moment });

const evidenceSchema: z.ZodType<VolumeEvidence> = z.object({
  claimUid: z.string(),
  instanceUuid: z.string(),
  disk: z.object({
    key: z.number().int(),
    serial: z.string().nullable(),
    file: z.string(),
    capacityBytes: z.number().int(),
    changeId: z.string().nullable(),
  }),
  off,
  source: z.object({ ranAtStart: z.boolean(), stoppedByUs: z.boolean(), stoppedAt: moment }),
  sharers: z
    .array(z.object({ moref: z.string(), off }))
    .max(MOST_SHARERS)
    .optional(),
});

export function writeEvidence(evidence: CopyEvidence, claimUid: string): string {
  return JSON.stringify({ ...evidence, claimUid } satisfies VolumeEvidence);
}

/** Null where there is no note. */
export function readEvidence(note: string | undefined): VolumeEvidence | 'unreadable' | null {
  if (note === undefined) return null;
  if (note.length > LONGEST) return 'unreadable';
  try {
    return evidenceSchema.safeParse(JSON.parse(note)).data ?? 'unreadable';
  } catch {
    return 'unreadable';
  }
}
