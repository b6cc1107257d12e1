/** The three forms in which every command answers. */
import { Document, isScalar, Scalar, visit } from 'yaml';
import { replaceUnseen, visible, visibleIn } from '../../plan/visible';

export const OUTPUT_FORMATS = ['table', 'json', 'yaml'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/**
 * @param table the value for people, made of what it is given: there, nothing steers a terminal or begins a line. Called
 * only where wanted; ends with a newline
 */
export function renderOutput<T>(format: OutputFormat, value: T, table: (shown: T) => string): string {
  switch (format) {
    case 'table':
      return table(visibleIn(value));
    case 'json':
      return `${JSON.stringify(value, null, 2)}\n`;
    case 'yaml':
      return yaml(value);
  }
}

/** Texts with what can't be seen are quoted, and escaped as YAML has it: who reads them gets them back. */
function yaml(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, node) {
      if (isScalar(node) && typeof node.value === 'string' && visible(node.value) !== node.value) {
        node.type = Scalar.QUOTE_DOUBLE;
      }
    },
  });
  return document
    .toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER })
    .split('\n')
    .map((line) => replaceUnseen(line, visible))
    .join('\n');
}
