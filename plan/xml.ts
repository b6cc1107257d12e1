/** Writes XML; what is put in comes out as text, never as markup. */

export interface Element {
  name: string;
  attributes: Record<string, string>;
  content: string | Element[];
}

export function element(
  name: string,
  attributes: Record<string, string>,
  content: string | Element[] = [],
): Element {
  return { name, attributes, content };
}

export function render({ name, attributes, content }: Element, indent = ''): string {
  const open = [name, ...Object.entries(attributes).map(([key, value]) => `${key}='${escape(value)}'`)].join(
    ' ',
  );
  if (content.length === 0) return `${indent}<${open}/>\n`;
  if (typeof content === 'string') return `${indent}<${open}>${escape(content)}</${name}>\n`;
  return `${indent}<${open}>\n${content.map((child) => render(child, `${indent}  `)).join('')}${indent}</${name}>\n`;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&apos;',
  '"': '&quot;',
  // As they are, readers make spaces of them in attributes, and line feeds of the last one in text.
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** What can't stand in XML 1.0 (section 2.2), not even escaped, falls away: control characters, halves of pairs. */
function escape(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '')
    .replace(/[&<>'"\t\n\r]/g, (found) => ENTITIES[found] ?? '');
}
