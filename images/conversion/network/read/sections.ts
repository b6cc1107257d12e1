/** Files of sections and keys, as NetworkManager and systemd-networkd have them. */

export interface Section {
  name: string;
  /** A key may come several times. */
  entries: [key: string, value: string][];
}

export function readSections(text: string): Section[] {
  const sections: Section[] = [];
  for (const line of text.split('\n').map((one) => one.trim())) {
    const head = /^\[([^\]]+)\]/.exec(line)?.[1];
    if (head !== undefined) sections.push({ name: head, entries: [] });
    // By no pattern: one that looks for the end of a value looks at each of its spaces again and again.
    const sign = line.indexOf('=');
    const key = line.slice(0, Math.max(sign, 0)).trim();
    if (/^[A-Za-z0-9._-]+$/.test(key)) sections.at(-1)?.entries.push([key, line.slice(sign + 1).trim()]);
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
