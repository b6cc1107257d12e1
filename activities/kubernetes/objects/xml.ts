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
};

/** Control characters can't stand in XML 1.0, not even escaped: they fall away. */
function escape(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '')
    .replace(/[&<>'"]/g, (found) => ENTITIES[found] ?? '');
}
