/** Finds a VM, datastore or network of the source by what a manifest calls it. */
import { groupBy } from '../group-by';
import { didYouMean } from '../suggest';

/** What a manifest gives: a managed object id (or a VM's instance UUID), else a name (or a VM's inventory path). */
export interface Wanted {
  id?: string | undefined;
  name?: string | undefined;
}

export interface Candidate {
  moref: string;
  name: string;
  inventoryPath?: string;
  instanceUuid?: string;
}

/** What is looked for, in messages, and what to do where nothing similar is there. */
export interface Sought {
  noun: string;
  plural: string;
  otherwise: string;
}

export type Match<T> =
  { kind: 'found'; item: T } | { kind: 'lost'; field: 'id' | 'name'; found: string; remedy: string };

/** Finds among them whatever is wanted. One is made for many questions: ten thousand VMs may be wanted of ten thousand. */
export function sourceFinder<T extends Candidate>(
  all: readonly T[],
  sought: Sought,
): (wanted: Wanted) => Match<T> {
  const byMoref = groupBy(all, ({ moref }) => moref);
  const byUuid = groupBy(all, ({ instanceUuid }) => instanceUuid?.toLowerCase());
  const byName = groupBy(all, ({ name }) => name);
  const byPath = groupBy(all, ({ inventoryPath }) =>
    inventoryPath === undefined ? undefined : bare(inventoryPath),
  );
  return (wanted) => {
    const { id, name = '' } = wanted;
    // An id counts alone: the name beside it may have changed, or belong to another by now.
    const hits: (readonly T[] | undefined)[] =
      id === undefined
        ? [byName.get(name), name.includes('/') ? byPath.get(bare(name)) : undefined]
        : [byMoref.get(id), byUuid.get(id.toLowerCase())];
    return matchOf([...new Set(hits.flatMap((some) => some ?? []))], wanted, { all, sought });
  };
}

function matchOf<T extends Candidate>(
  hits: readonly T[],
  wanted: Wanted,
  { all, sought }: { all: readonly T[]; sought: Sought },
): Match<T> {
  const { id, name = '' } = wanted;
  const [only, second] = hits;
  if (only !== undefined && second === undefined) return { kind: 'found', item: only };
  const field = id === undefined ? 'name' : 'id';
  if (only === undefined) return { kind: 'lost', field, ...describeMiss(wanted, all, sought) };
  const listed = hits.map(({ moref, inventoryPath }) =>
    inventoryPath === undefined ? moref : `${moref} (${inventoryPath})`,
  );
  const found = `${hits.length} ${sought.plural} go by "${id ?? name}"`;
  return { kind: 'lost', field, found, remedy: `give the id of one of: ${listed.join(', ')}` };
}

/** Inventory paths are compared without their leading slash. */
function bare(path: string): string {
  return path.replace(/^\//, '');
}

function describeMiss({ id, name = '' }: Wanted, all: readonly Candidate[], { noun, otherwise }: Sought) {
  if (id !== undefined) {
    return {
      found: `no ${noun} has the id "${id}"`,
      remedy: didYouMean(
        id,
        all.map(({ moref }) => moref),
        otherwise,
      ),
    };
  }
  return {
    found: `no ${noun} is named "${name}"`,
    remedy: didYouMean(
      name,
      all.map((item) => item.name),
      otherwise,
    ),
  };
}
