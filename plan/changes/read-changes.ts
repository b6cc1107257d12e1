/** The changes of a request, each value read by the schema of its field: all of them, or every problem. */
import { z } from 'zod';
import { LONGEST_VARS } from '../field-limits';
import { accessModeSchema, volumeModeSchema } from '../inventory';
import { imageReference, objectName } from '../manifests/common';
import { errorAt, type Problem } from '../problem';
import { describeIssue } from '../schema-problems';
import { type ChangeKey, type Changes, type MeantKey, meantBy, remedyOfKey } from './keys';
import { SETTINGS } from './settings';

export interface Change extends MeantKey {
  /** As it was written. */
  key: string;
  /** As its schema has read it. */
  value: unknown;
}

export interface ReadChanges {
  changes: Change[];
  problems: Problem[];
}

type DiskKey = Extract<ChangeKey, `disk.${string}`>;

const DISK_FIELDS: Readonly<Record<DiskKey, z.ZodType>> = {
  'disk.N.storageClass': objectName,
  'disk.N.volumeMode': volumeModeSchema,
  'disk.N.accessMode': accessModeSchema.exclude(['ReadOnlyMany']),
  'disk.N.image': imageReference,
  'disk.N.vars.NAME': z.string().max(LONGEST_VARS),
  'disk.N.fallback': z.literal('import'),
};

export function readChanges(written: Changes): ReadChanges {
  const read = Object.entries(written).map(([key, value]) => readChange(key, value));
  return {
    changes: read.flatMap((one) => ('problem' in one ? [] : [one.change])),
    problems: read.flatMap((one) => ('problem' in one ? [one.problem] : [])),
  };
}

function readChange(key: string, written: string): { change: Change } | { problem: Problem } {
  const meant = meantBy(key);
  if (meant === null) return { problem: errorAt({ path: key }, 'it is no key', remedyOfKey(key)) };
  const { data, error } = z.core.safeParse(schemaOf(meant.row), written);
  const [issue] = error?.issues ?? [];
  if (issue === undefined) return { change: { ...meant, key, value: data } };
  const { found, remedy } = describeIssue(issue, written);
  return { problem: errorAt({ path: key }, found, remedy) };
}

function schemaOf(row: ChangeKey): z.ZodType {
  return row in SETTINGS ? SETTINGS[row as keyof typeof SETTINGS].schema : DISK_FIELDS[row as DiskKey];
}
