/** Sees to it that a guest with udev finds its network cards by the names that its files use. */
import { bindNames, type Binding, type Bindings } from './bind-names';
import type { GuestFile } from './facts';
import { type GuestSession, type SessionSettings, withGuest } from './guest-session';
import type { KeptNetwork } from './kept-network';
import { nameRules, RULES_FILE } from './name-rules';
import { isRead, PLACES, readFacts } from './systems';

/** Files of one guest; a guest with more of them is not like any that a tool has set up. */
const MOST_FILES = 400;

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
  for (const folder of new Set(PLACES.map((place) => place.folder))) {
    const names = await guest.list(folder);
    for (const path of names.map((name) => `${folder}/${name}`).filter(isRead)) {
      if (files.length < MOST_FILES) files.push(await guest.read(path));
    }
  }
  return files;
}

/** A guest that Drover has moved before has our file, whose names stay bound. */
function rulesAfter(files: readonly GuestFile[], bindings: readonly Binding[]): GuestFile {
  const before = files.find(({ path }) => path === RULES_FILE)?.text ?? '';
  return {
    path: RULES_FILE,
    text: before === '' ? nameRules(bindings) : `${before}\n${nameRules(bindings)}`,
  };
}
