import { copyIds } from '../../kit/copy-ids';

const { ofTwoDisks, alike } = copyIds('ab12cd');

test('ids keep the contract: at most 80 characters of a-z, 0-9 and dashes', () => {
  for (const id of [...ofTwoDisks, ...alike]) expect(id).toMatch(/^[a-z0-9-]{1,80}$/);
});

test('who cuts an id at its end or at its head cuts away what tells two of them apart', () => {
  const [first = '', last = '', head = ''] = alike;
  expect([first, last, head].map((id) => id.length)).toEqual([80, 80, 80]);
  expect(last.slice(0, 79)).toBe(first.slice(0, 79));
  expect(head.slice(1)).toBe(first.slice(1));
  expect(new Set(alike).size).toBe(3);
});

test('ids of two disks differ also where they are cut', () => {
  const [first = '', second = ''] = ofTwoDisks;
  expect(first.slice(0, 8)).not.toBe(second.slice(0, 8));
  expect(first.slice(-8)).not.toBe(second.slice(-8));
});

test('each test has ids of its own', () => {
  expect(copyIds('ab12ce').alike[0]).not.toBe(alike[0]);
});
