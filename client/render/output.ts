/** The three forms in which every command answers. */
import { stringify } from 'yaml';

export const OUTPUT_FORMATS = ['table', 'json', 'yaml'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** @param table the same for people; called only where wanted. Ends with a newline. */
export function renderOutput(format: OutputFormat, value: unknown, table: () => string): string {
  switch (format) {
    case 'table':
      return table();
    case 'json':
      return `${JSON.stringify(value, null, 2)}\n`;
    case 'yaml':
      return stringify(value, { aliasDuplicateObjects: false });
  }
}
