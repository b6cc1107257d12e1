import type { Value } from './value';

export interface TemplateFunction {
  /** Least and most arguments. */
  least: number;
  most: number;
  /** @throws TemplateError where an argument is of the wrong kind, or there is no result */
  call: (...values: Value[]) => Value;
}
