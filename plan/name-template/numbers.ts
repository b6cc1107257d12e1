/** sprig's numbers (v3.3.0, numeric.go), stricter in one point: a text that is no number is refused, and is not 0. */
import { TemplateError } from './template-error';
import type { TemplateFunction } from './template-function';
import { asWhole, type Value } from './value';

type Wholes = readonly [bigint, ...bigint[]];

function ofWholes(least: number, most: number, call: (...wholes: Wholes) => bigint): TemplateFunction {
  return { least, most, call: (...values) => call(...(values.map(toWhole) as unknown as Wholes)) };
}

function rounding(call: (value: number) => number): TemplateFunction {
  return { least: 1, most: 1, call: (value) => call(toNumber(value!)) };
}

export const NUMBERS: Readonly<Record<string, TemplateFunction>> = {
  add: ofWholes(1, Infinity, (...all) => all.reduce((sum, one) => sum + one)),
  add1: ofWholes(1, 1, (one) => one + 1n),
  sub: ofWholes(2, 2, (one, other) => one - other!),
  div: ofWholes(2, 2, (one, other) => one / divisor(other!)),
  mod: ofWholes(2, 2, (one, other) => one % divisor(other!)),
  mul: ofWholes(1, Infinity, (...all) => all.reduce((product, one) => BigInt.asIntN(64, product * one))),
  max: ofWholes(1, Infinity, (...all) => all.reduce((most, one) => (one > most ? one : most))),
  min: ofWholes(1, Infinity, (...all) => all.reduce((least, one) => (one < least ? one : least))),
  floor: rounding(Math.floor),
  ceil: rounding(Math.ceil),
  round: {
    least: 2,
    most: 3,
    call: (value, places, from) => round(toNumber(value!), asWhole(places!), from),
  },
};

function divisor(value: bigint): bigint {
  if (value === 0n) throw new TemplateError('something is divided by 0');
  return value;
}

function toWhole(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return BigInt(Math.trunc(value));
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (/^[+-]?(0|[1-9]\d{0,17})$/.test(value)) return BigInt(value.replace('+', ''));
  throw new TemplateError(`${JSON.stringify(value)} is no whole number`);
}

function toNumber(value: Value): number {
  return typeof value === 'number' ? value : Number(toWhole(value));
}

/** @param from the part of one from which it is rounded up; absent: a half */
function round(value: number, places: bigint, from: Value = 0.5): number {
  if (typeof from !== 'number') throw new TemplateError('the part from which is rounded up is no fraction');
  const power = 10 ** Number(places);
  const digits = power * value;
  return (digits - Math.trunc(digits) >= from ? Math.ceil(digits) : Math.floor(digits)) / power;
}
