/** How texts mean VMs of a Plan: by the id or the name that an entry of `spec.vms` has. */
import type { Document } from './documents';

/** An entry of `spec.vms`, and its place there. */
export interface PlacedEntry {
  place: number;
  entry: Document;
}

export class EntryTexts {
  private readonly byId = new Map<string, number[]>();
  private readonly byName = new Map<string, number[]>();

  /** @param entries of `spec.vms`; what of them is no text means nothing */
  constructor(entries: readonly { id?: unknown; name?: unknown }[]) {
    entries.forEach(({ id, name }, place) => {
      keep(this.byId, id, place);
      keep(this.byName, name, place);
    });
  }

  /** Places in `spec.vms`: none where nothing goes by the text, several where it is not clear. An id counts first. */
  placesOf(text: string): readonly number[] {
    return this.byId.get(text) ?? this.byName.get(text) ?? [];
  }

  all(): string[] {
    return [...this.byId.keys(), ...this.byName.keys()];
  }
}

function keep(places: Map<string, number[]>, text: unknown, place: number): void {
  if (typeof text === 'string') places.set(text, [...(places.get(text) ?? []), place]);
}
