/** What a template may call: functions of Go's templates, and those of sprig that Forklift's templates have. */
import { LOGIC } from './logic';
import { NUMBERS } from './numbers';
import { printf } from './printf';
import type { TemplateFunction } from './template-function';
import { TEXTS } from './texts';
import { printed, type Value } from './value';

/** By name. */
export const FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  ...LOGIC,
  ...TEXTS,
  ...NUMBERS,
  printf: { least: 1, most: Infinity, call: printf },
  print: { least: 1, most: Infinity, call: (...values) => joined(values) },
};

/** As Go's `Sprint`: a space between two values of which neither is a text. */
function joined(values: readonly Value[]): string {
  return values.reduce<string>((text, value, place) => {
    const isApart = place > 0 && typeof value !== 'string' && typeof values[place - 1] !== 'string';
    return `${text}${isApart ? ' ' : ''}${printed(value)}`;
  }, '');
}
