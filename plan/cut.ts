/** A text of at most so many characters, with a mark where its end is cut off. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** At most so many texts, the last of which says how many were left out. */
export function cutList(texts: readonly string[], most: number): string[] {
  if (texts.length <= most) return [...texts];
  return [...texts.slice(0, most - 1), `and ${texts.length - most + 1} more`];
}

/**
 * The first of them in one text, and how many more there are: `web01, db01 and 188 more`.
 *
 * @param total how many there are, where only the first of them are given
 */
export function listSome(texts: readonly string[], most: number, total = texts.length): string {
  const rest = total - most;
  return `${texts.slice(0, most).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
