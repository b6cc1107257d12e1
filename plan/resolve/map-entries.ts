/** The entries of a map, each with the datastore or network of the source that it means. */
import type { NetworkMapEntry, NetworkMapManifest } from '../manifests/network-map';
import type { StorageMapEntry, StorageMapManifest } from '../manifests/storage-map';
import { errorAt, type Problem, warningAt } from '../problem';
import { type Candidate, type Sought, sourceFinder } from './find-source';
import { manifestAt } from './places';

export interface MappedEntry<Entry> {
  /** Place of the entry in `spec.map`. */
  index: number;
  entry: Entry;
}

/** `entries` by the moref of what they mean. Entries that mean nothing, or what an earlier one does, are problems. */
export function mapEntries<M extends StorageMapManifest | NetworkMapManifest>(
  map: M,
  candidates: readonly Candidate[],
  sought: Sought,
): { entries: Map<string, MappedEntry<M['spec']['map'][number]>>; problems: Problem[] } {
  const entries = new Map<string, MappedEntry<M['spec']['map'][number]>>();
  const problems: Problem[] = [];
  const find = sourceFinder(candidates, sought);
  map.spec.map.forEach((entry, index) => {
    const path = `spec.map[${index}].source`;
    const match = find(entry.source);
    if (match.kind === 'lost') {
      // Cards of VMs that are not migrated now may be on it; of those that are, one on it is refused as not mapped.
      const problemAt = leavesOut(entry) ? warningAt : errorAt;
      problems.push(problemAt(manifestAt(map, `${path}.${match.field}`), match.found, match.remedy));
      return;
    }
    const { moref, name } = match.item;
    const twin = entries.get(moref);
    if (twin === undefined) {
      entries.set(moref, { index, entry });
      return;
    }
    const found = `${sought.noun} "${name}" is mapped already, by spec.map[${twin.index}]`;
    problems.push(errorAt(manifestAt(map, path), found, 'remove one of the two'));
  });
  return { entries, problems };
}

/** What vCenter lists, and what disks and cards refer to beside that: it is gone, or not for us to list. */
export function withUnlisted(listed: readonly Candidate[], referred: readonly Candidate[]): Candidate[] {
  return [...new Map([...referred, ...listed].map((each) => [each.moref, each])).values()];
}

function leavesOut({ destination }: NetworkMapEntry | StorageMapEntry): boolean {
  return 'type' in destination && destination.type === 'ignored';
}

/** How an entry names its source: what YAML would read as something else than this text is quoted. */
export function flowYaml(source: { id: string } | { name: string }): string {
  const fields = Object.entries(source).map(([key, value]: [string, string]) => {
    const plain = /^[A-Za-z][-\w.]*( [-\w.]+)*$/.test(value) && !/^(true|false|null)$/i.test(value);
    return `${key}: ${plain ? value : JSON.stringify(value)}`;
  });
  return `{${fields.join(', ')}}`;
}
