/** Files of sections and keys, as NetworkManager and systemd-networkd have them. */

export interface Section {
  name: string;
  /** A key may come several times. */
  entries: [key: string, value: string][];
}

export function readSections(text: string): Section[] {
  const sections: Section[] = [];
  for (const line of text.split(/\r?\n/)) {
    const head = /^\s*\[([^\]]+)\]/.exec(line)?.[1];
    if (head !== undefined) sections.push({ name: head, entries: [] });
    const [, key, value] = /^\s*([A-Za-z0-9._-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) sections.at(-1)?.entries.push([key, value]);
  }
  return sections;
}

/** All values of a key, in all sections of these names. */
export function valuesOf(
  sections: readonly Section[],
  names: readonly string[],
  key: string | RegExp,
): string[] {
  return sections
    .filter(({ name }) => names.includes(name))
    .flatMap(({ entries }) => entries)
    .filter(([found]) => (typeof key === 'string' ? found === key : key.test(found)))
    .map(([, value]) => value);
}
