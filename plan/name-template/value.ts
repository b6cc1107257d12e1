/** What a template computes with: texts, truths, whole numbers of 64 bits (`bigint`) and other numbers, as Go has them. */
import { TemplateError } from './template-error';

export type Value = string | boolean | bigint | number;

/** Characters of a text at any time: far more than any name may have, and little enough to compute with. */
const LONGEST_TEXT = 1_024;

const KINDS = { string: 'a text', boolean: 'true or false', bigint: 'a whole number', number: 'a number' };

/** For messages. */
export function kindOf(value: Value): string {
  return KINDS[typeof value as keyof typeof KINDS];
}

/** @throws TemplateError where a text has grown too long, or a number is none */
export function bounded(value: Value): Value {
  if (typeof value === 'string' && value.length > LONGEST_TEXT)
    throw new TemplateError(`a text grows longer than ${LONGEST_TEXT} characters`);
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new TemplateError('a number grows too large');
  return typeof value === 'bigint' ? BigInt.asIntN(64, value) : value;
}

/** As Go's `if` takes it: false, 0 and the empty text are not true. */
export function isTrue(value: Value): boolean {
  return Boolean(value);
}

/** As Go prints it. */
export function printed(value: Value): string {
  return String(value);
}

/** @throws TemplateError */
export function asText(value: Value): string {
  if (typeof value === 'string') return value;
  throw new TemplateError(`${kindOf(value)} stands where a text belongs`);
}

/** @throws TemplateError */
export function asWhole(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  throw new TemplateError(`${kindOf(value)} stands where a whole number belongs`);
}
