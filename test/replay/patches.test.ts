/** What is kept of before each patch, so that a workflow which began before it is known to go on. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packagePath } from '../../lab/package-path';
import { PATCHES, type PatchId, patched } from '../../workflows/patches';
import * as kept from './histories';

const IDS = Object.keys(PATCHES) as PatchId[];
const met = new Map(kept.FILES.map((file) => [file, kept.patchesMet(kept.readHistory(file))]));

function concerns(id: PatchId, file: string): boolean {
  const { workflows } = PATCHES[id];
  const kebab = (type: string) => type.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return workflows === 'all' || workflows.some((type) => kebab(type) === kept.typeOf(file));
}

/** In the folder that is named for the patch, or of a release that did not know it. */
function isOfBefore(id: PatchId, file: string): boolean {
  const folder = file.slice(0, file.lastIndexOf('/'));
  const older = kept.released().slice(kept.released().indexOf(PATCHES[id].since) + 1);
  return folder === kept.formerFolder(id) || older.includes(folder);
}

/** A patch that no history has met yet came after the last recording: all that is recorded is of before it. */
const RECORDED = IDS.filter((id) => [...met.values()].some((patches) => patches.includes(id)));

test.each(RECORDED)('histories of before %s are kept, and have not met it', (id) => {
  const former = kept.FILES.filter((file) => isOfBefore(id, file) && concerns(id, file));

  expect(former.length).toBeGreaterThan(0);
  expect(former.filter((file) => met.get(file)?.includes(id))).toEqual([]);
});

test('every folder of histories of before a patch has the name of one', () => {
  const known = IDS.map(kept.formerFolder);

  expect(known).toEqual(expect.arrayContaining(kept.FORMER_FOLDERS));
});

test('a patch that came with another one came to the same release', () => {
  const strays = IDS.filter((id) => {
    const { since, cameWith } = PATCHES[id];
    return cameWith !== undefined && PATCHES[cameWith as PatchId]?.since !== since;
  });

  expect(strays).toEqual([]);
});

test('no history has met a patch that is not in the list', () => {
  expect(IDS).toEqual(expect.arrayContaining([...met.values()].flat()));
});

test('every release, and the one to come, has a folder of histories, and nothing else has one', () => {
  expect(kept.RELEASES).toEqual([...new Set([...kept.released(), kept.PRESENT])].sort());
});

test('every patch came with a release, or comes with the next one', () => {
  const since = new Set(IDS.map((id) => PATCHES[id].since));

  expect([...kept.released(), kept.PRESENT]).toEqual(expect.arrayContaining([...since]));
});

test('no workflow asks for a patch but through the list', () => {
  const files = (readdirSync(packagePath('workflows'), { recursive: true }) as string[]).filter(
    (file) => file.endsWith('.ts') && file !== 'patches.ts',
  );
  const past = files.filter((file) => {
    const imports = readFileSync(join(packagePath('workflows'), file), 'utf8').matchAll(
      /import (?:type )?\{([^}]*)\} from '@temporalio\/workflow'/g,
    );
    return [...imports].some(([, names]) => /\b(patched|deprecatePatch)\b/.test(names ?? ''));
  });

  expect(past).toEqual([]);
});

test('an id that is not in the list does not compile', () => {
  // @ts-expect-error: no such patch
  const ask = () => patched('transfer-slot');

  expect(ask).toThrow();
});
