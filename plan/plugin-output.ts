/**
 * What an offload plugin prints (docs/plugin-contract.md): its form as vendors see it, and how much of it is believed.
 * All of it is foreign, and none of it is needed.
 */
import { z } from 'zod';

const bytes = z.number().int().nonnegative();

/** A line on standard output. Further keys are the vendor's own. */
export const pluginProgressSchema = z.looseObject({
  bytesDone: bytes.describe('Bytes of the disk that are on the target. Never less than in a line before.'),
  bytesTotal: bytes.describe('Absent: CAPACITY_BYTES.').optional(),
});

const resultSchema = z.looseObject({
  bytes: bytes.describe('Bytes of the disk that are on the target: CAPACITY_BYTES.').optional(),
  message: z.string().describe('Closing words for operators, one sentence.').optional(),
});

const errorSchema = z.looseObject({
  message: z.string().min(1).describe('What went wrong and what an operator can do, one sentence.'),
  retryable: z.boolean().describe('False: no other attempt can go better. Absent: true.').optional(),
});

/** The termination message: at most one of the two. */
export const pluginEndSchema = z.union([
  z.looseObject({ result: resultSchema, error: z.never().optional() }),
  z.looseObject({ error: errorSchema, result: z.never().optional() }),
]);

export interface PluginProgress {
  bytesDone: number;
  bytesTotal: number | null;
}

/** @param document what a line of JSON holds; null for one that is log */
export function readPluginProgress(document: unknown): PluginProgress | null {
  const { data } = pluginProgressSchema.safeParse(document);
  return data === undefined ? null : { bytesDone: data.bytesDone, bytesTotal: data.bytesTotal ?? null };
}

export type PluginEnd =
  | { kind: 'silent' }
  | { kind: 'result'; bytes: number | null; message: string | null }
  /** `message` is null where the plugin's own could not be read. */
  | { kind: 'error'; message: string | null; retryable: boolean };

/** An `error` in a form that is not the contract's still is an error; everything else that is not is nothing said. */
export function readPluginEnd(terminationMessage: string): PluginEnd {
  const said = parse(terminationMessage);
  const { data } = pluginEndSchema.safeParse(said);
  if (data === undefined) {
    return mentionsError(said) ? { kind: 'error', message: null, retryable: true } : { kind: 'silent' };
  }
  if (data.error !== undefined) {
    return { kind: 'error', message: data.error.message, retryable: data.error.retryable ?? true };
  }
  const { bytes: moved = null, message = null } = data.result;
  return { kind: 'result', bytes: moved, message };
}

function mentionsError(said: unknown): boolean {
  return typeof said === 'object' && said !== null && 'error' in said;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
