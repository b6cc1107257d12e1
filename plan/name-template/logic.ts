/** Truth and comparison, as Go's templates have them. `and` and `or` compute all of their arguments. */
import { TemplateError } from './template-error';
import type { TemplateFunction } from './template-function';
import { isTrue, kindOf, type Value } from './value';

export const LOGIC: Readonly<Record<string, TemplateFunction>> = {
  and: {
    least: 1,
    most: Infinity,
    call: (...values) => values.find((value) => !isTrue(value)) ?? values.at(-1)!,
  },
  or: { least: 1, most: Infinity, call: (...values) => values.find(isTrue) ?? values.at(-1)! },
  not: { least: 1, most: 1, call: (value) => !isTrue(value!) },
  eq: {
    least: 2,
    most: Infinity,
    call: (first, ...others) => others.some((other) => isEqual(first!, other)),
  },
  ne: { least: 2, most: 2, call: (one, other) => !isEqual(one!, other!) },
  lt: { least: 2, most: 2, call: (one, other) => isLess(one!, other!) },
  le: { least: 2, most: 2, call: (one, other) => isLess(one!, other!) || isEqual(one!, other!) },
  gt: { least: 2, most: 2, call: (one, other) => isLess(other!, one!) },
  ge: { least: 2, most: 2, call: (one, other) => !isLess(one!, other!) },
};

/** @throws TemplateError for values of two kinds, as in Go */
function isEqual(one: Value, other: Value): boolean {
  if (typeof one === typeof other) return one === other;
  throw new TemplateError(`${kindOf(one)} is compared with ${kindOf(other)}`);
}

function isLess(one: Value, other: Value): boolean {
  if (typeof one !== typeof other)
    throw new TemplateError(`${kindOf(one)} is compared with ${kindOf(other)}`);
  if (typeof one === 'boolean') throw new TemplateError('of true and false none is less');
  return one < other;
}
