/** Sees to it that a guest with udev finds its network cards by the names that its files use. */
import { bindNames, type Binding, type Bindings } from './bind-names';
import type { GuestFile } from './facts';
import { type GuestSession, MOST_BYTES, type SessionSettings, withGuest } from './guest-session';
import type { KeptNetwork } from './kept-network';
import { nameRules, RULES_FILE } from './name-rules';
import { isRead, PLACES, readFacts } from './systems';

/** Files of one guest, and bytes in all of them; a guest with more is not like any that a tool has set up. */
const MOST_FILES = 400;
const MOST_TOTAL_BYTES = 4 * 1024 * 1024;

/** @throws Error as {@link withGuest} */
export function keepCardNames(network: KeptNetwork, settings: SessionSettings): Promise<Bindings> {
  return withGuest(settings, async (guest) => {
    const files = await readAll(guest);
    const found = bindNames(readFacts(files), { cards: network.cards, someLeftOut: network.leftOut > 0 });
    if (found.bindings.length > 0) await guest.write(rulesAfter(files, found.bindings));
    return found;
  });
}

async function readAll(guest: GuestSession): Promise<GuestFile[]> {
  const files: GuestFile[] = [];
  let bytes = 0;
  for (const folder of new Set(PLACES.map((place) => place.folder))) {
    const names = await guest.list(folder);
    for (const path of names.map((name) => `${folder}/${name}`).filter(isRead)) {
      if (files.length >= MOST_FILES || bytes >= MOST_TOTAL_BYTES) return files;
      const file = await guest.read(path);
      bytes += Buffer.byteLength(file.text);
      files.push(file);
    }
  }
  return files;
}

/**
 * A guest that Drover has moved before has our file, whose names stay bound.
 * @throws Error where it would be longer than what is read of a file: the rest of it would be lost, now or the next time
 */
function rulesAfter(files: readonly GuestFile[], bindings: readonly Binding[]): GuestFile {
  const before = files.find(({ path }) => path === RULES_FILE)?.text ?? '';
  const text = before === '' ? nameRules(bindings) : `${before}\n${nameRules(bindings)}`;
  if (Buffer.byteLength(text) >= MOST_BYTES)
    throw new Error(
      `${RULES_FILE} of the guest would be larger than ${MOST_BYTES / 1024} KiB; remove from it the rules of cards that are gone`,
    );
  return { path: RULES_FILE, text };
}

/** Names in one warning; a hostile guest has thousands. */
const MOST_NAMED = 10;

/** What a person should know of the names that stay open; null where none does. */
export function openWarning(open: Bindings['open']): string | null {
  if (open.length === 0) return null;
  const named = open.slice(0, MOST_NAMED).map(({ file, name }) => `${name} (${file})`);
  const rest = open.length - named.length;
  const names = `${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  return `nothing shows which network card each of these names is, and files of the guest use them: ${names}`;
}
