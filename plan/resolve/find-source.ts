/** Finds a VM, datastore or network of the source by what a manifest calls it. */
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

/** An id counts alone: the name beside it may have changed, or belong to another by now. */
export function findSource<T extends Candidate>(wanted: Wanted, all: readonly T[], sought: Sought): Match<T> {
  const { id, name = '' } = wanted;
  const hits = all.filter((item) => (id === undefined ? hasName(item, name) : hasId(item, id)));
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

function hasId({ instanceUuid, moref }: Candidate, id: string): boolean {
  return moref === id || (instanceUuid !== undefined && instanceUuid.toLowerCase() === id.toLowerCase());
}

function hasName({ inventoryPath, name }: Candidate, wanted: string): boolean {
  if (name === wanted) return true;
  return wanted.includes('/') && inventoryPath !== undefined && bare(inventoryPath) === bare(wanted);
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
