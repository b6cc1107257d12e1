/** The lab's example manifests, as they are and changed for one test. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readManifests } from '../../plan/read-manifests';
import type { Manifests } from '../../activities/interfaces';
import type { LabState } from '../../lab/state';

/** What every plan of the lab needs beside the plan itself. */
export const COMMON = ['providers.yaml', 'storagemap.yaml', 'networkmap.yaml'] as const;

/** `-f a.yaml -f b.yaml` for example manifests of the lab. */
export function fileArguments(lab: LabState, ...names: string[]): string[] {
  return names.flatMap((name) => ['-f', join(lab.manifestsDir, name)]);
}

/** Replaces the first text in the second's place; a text that is not there is a mistake of the test. */
export type Edit = readonly [from: string, to: string];

/**
 * A copy of example manifests with edits: file name → edits. Returns the arguments that name every copy; files that
 * are not named are not copied.
 */
export function editedArguments(lab: LabState, files: Record<string, readonly Edit[]>): string[] {
  const dir = mkdtempSync(join(lab.dir, 'edited-'));
  return Object.entries(files).flatMap(([name, edits]) => {
    let text = readFileSync(join(lab.manifestsDir, name), 'utf8');
    for (const [from, to] of edits) {
      if (!text.includes(from)) throw new Error(`${name} does not say ${JSON.stringify(from)}`);
      text = text.replace(from, () => to);
    }
    const file = join(dir, name);
    writeFileSync(file, text);
    return ['-f', file];
  });
}

/** The documents of files, as clients send them. */
export function manifestsOf(files: readonly string[]): Manifests {
  return readManifests(files.map((file) => ({ file, text: readFileSync(file, 'utf8') }))).manifests;
}
