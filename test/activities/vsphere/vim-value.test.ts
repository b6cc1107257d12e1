import {
  child,
  flag,
  integer,
  list,
  managedRef,
  moment,
  requiredText,
  text,
  typeOf,
} from '../../../activities/vsphere/vim-value';

test('a list of none, one and many is a list each time', () => {
  expect(list(undefined)).toEqual([]);
  expect(list({ key: '1' })).toEqual([{ key: '1' }]);
  expect(list([{ key: '1' }, { key: '2' }])).toEqual([{ key: '1' }, { key: '2' }]);
});

test.each(['xsi:type', '_XMLSchema-instance:type', 'XMLSchema-instance:type'])(
  'the type of a value is found under the attribute %s',
  (attribute) => {
    expect(typeOf({ attributes: { [attribute]: 'VirtualDisk' } })).toBe('VirtualDisk');
    expect(typeOf({ attributes: { [attribute]: 'vim25:VirtualDisk' } })).toBe('VirtualDisk');
  },
);

test('the type that a reference points to is not taken for the type of a value', () => {
  const reference = { attributes: { type: 'VirtualMachine' }, $value: 'vm-1' };
  expect(typeOf(reference)).toBeNull();
  expect(managedRef(reference)).toEqual({ type: 'VirtualMachine', value: 'vm-1' });
});

test('numbers and truth arrive as text, with or without a type of their own', () => {
  expect(integer('2000')).toBe(2000);
  expect(integer({ attributes: { 'xsi:type': 'xsd:int' }, $value: '-1' })).toBe(-1);
  expect(integer('many')).toBeNull();
  expect(flag({ attributes: { 'xsi:type': 'xsd:boolean' }, $value: 'true' })).toBe(true);
  expect(flag(undefined)).toBe(false);
});

test('moments are told in UTC, whatever zone they came in', () => {
  expect(moment('2026-01-01T01:00:00.123456+01:00')).toBe('2026-01-01T00:00:00.123Z');
  expect(moment('soon')).toBeNull();
});

test('what is absent is null where that is allowed, and named where it is not', () => {
  expect(text(child({ a: { b: 'c' } }, 'a', 'x'))).toBeNull();
  expect(() => requiredText(undefined, 'config.uuid')).toThrow("vCenter's answer lacks config.uuid");
});
