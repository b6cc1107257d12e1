/** Markdown that is written from data. */

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export function code(text: string): string {
  return `\`${text}\``;
}

/**
 * The document with its generated parts filled in; each stands between two comments that name it.
 * @throws a part that has no place in the document, or no end.
 */
export function fill(text: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((filled, [name, content]) => {
    const begin = `<!-- generated: ${name} -->`;
    const end = `<!-- end: ${name} -->`;
    const [head, rest] = splitOnce(filled, begin);
    const [, tail] = splitOnce(rest, end);
    return `${head}${begin}\n${content}\n${end}${tail}`;
  }, text);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  if (at === -1) throw new Error(`the document has no "${separator}"`);
  return [text.slice(0, at), text.slice(at + separator.length)];
}
