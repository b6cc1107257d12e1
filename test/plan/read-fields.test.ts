import { z } from 'zod';
import { readFields } from '../../plan/read-fields';

const schema = z.object({ name: z.string(), sizes: z.array(z.number().max(9)) });

const wrongFields = (of: z.ZodType, value: unknown) => readFields(of, value).wrong;

test('of a value that is as it should be, what the schema knows is read', () => {
  const value = { name: 'a', sizes: [1] };
  expect(readFields(schema, { ...value, more: 1 })).toEqual({ value, wrong: null });
});

test('every wrong field is named, with what was found and what would be right, in a line', () => {
  expect(wrongFields(schema, { sizes: [1, 10] })).toBe(
    'name is missing; give a text (in quotes if it looks like a number or a truth value). sizes[1] is 10; give at most 9.',
  );
  expect(wrongFields(schema, undefined)).toBe('the input is missing; give a group of fields.');
});

test('twenty are told and the others counted', () => {
  const told = wrongFields(schema, { name: 'a', sizes: Array.from({ length: 50 }, () => 10) });
  expect(told?.match(/sizes\[\d+\] is 10/g)).toHaveLength(20);
  expect(told).toMatch(/ And 30 more problems\.$/);
});

test('what was found is shortened, and shows no control characters', () => {
  const label = z.object({ name: z.string().regex(/^[a-z]+$/, 'give letters') });
  expect(wrongFields(label, { name: '\x1b[2J\u202edlrow' })).toBe(
    'name is "\\u001b[2J\\u202edlrow"; give letters.',
  );
  const rows = z.record(z.string(), z.number());
  const told = wrongFields(rows, { ['x'.repeat(10_000)]: 'y'.repeat(10_000) });
  expect(told?.length).toBeLessThan(260);
});
