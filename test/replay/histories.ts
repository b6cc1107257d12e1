/**
 * Recorded histories: a folder for each release, with what its workers write. `before-<patch>` in it holds what workers wrote
 * on the way to that release, before the patch (workflows/patches.ts). Nothing there is ever recorded again but the files of
 * the release to come, which lie in its folder itself.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { version } from '../../package.json';
import { PATCHES, type PatchId } from '../../workflows/patches';

const ROOT = join(__dirname, 'histories');
/** The release that the working tree is on the way to. */
export const PRESENT = version;
export const PRESENT_FOLDER = join(ROOT, PRESENT);
/** Files that begin so hold a history that the workflows did not write. */
export const MUST_FAIL = 'must-fail.';

/** Replay needs the id, too: ids of children derive from it. */
export interface RecordedHistory {
  workflowId: string;
  history: { events: Record<string, unknown>[] };
}

/** Paths below the folder of histories, in order. */
export const FILES = (readdirSync(ROOT, { recursive: true }) as string[])
  .filter((file) => file.endsWith('.json'))
  .sort();
export const isTampered = (file: string): boolean => basename(file).startsWith(MUST_FAIL);

/** Folders of releases, and those in them. */
export const RELEASES = readdirSync(ROOT).sort();
export const FORMER_FOLDERS = [...new Set(FILES.map(dirname))].filter((folder) => folder.includes('/'));

/** Versions that the changelog has a section of, the newest first. */
export function released(): string[] {
  const changelog = readFileSync(join(__dirname, '../../CHANGELOG.md'), 'utf8');
  return [...changelog.matchAll(/^## \[?(\d+\.\d+\.\d+)/gm)].map(([, release]) => release!);
}

/** Where the histories of before a patch are, if it came on the way to its release. */
export function formerFolder(id: PatchId): string {
  const { since, cameWith = id } = PATCHES[id];
  return `${since}/before-${cameWith}`;
}

/** Patches of which no history of before is kept. One that comes after a release has all histories of that release. */
export function unkept(): PatchId[] {
  if (released().length > 0) return [];
  return (Object.keys(PATCHES) as PatchId[]).filter((id) => !FORMER_FOLDERS.includes(formerFolder(id)));
}

export function readHistory(file: string): RecordedHistory {
  return JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as RecordedHistory;
}

/** Type of a file's workflow, as file names have it: `migrate-vm`. */
export function typeOf(file: string): string {
  return basename(file).split('.')[0] ?? '';
}

interface Marker {
  markerName?: string;
  details?: Record<string, { payloads: { data: string }[] }>;
}

/** Patches whose markers a history has. */
export function patchesMet({ history }: RecordedHistory): string[] {
  return history.events.flatMap((event) => {
    const marker = event.markerRecordedEventAttributes as Marker | undefined;
    const data = marker?.markerName === 'core_patch' && marker.details?.['patch-data']?.payloads[0]?.data;
    if (!data) return [];
    return [(JSON.parse(Buffer.from(data, 'base64').toString()) as { id: string }).id];
  });
}
