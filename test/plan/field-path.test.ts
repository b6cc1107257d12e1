import { formatPath, parsePath, type FieldPath } from '../../plan/field-path';

test.each<[FieldPath, string]>([
  [[], ''],
  [['spec', 'vms', 2, 'name'], 'spec.vms[2].name'],
  [['spec', 'targetLabels', 'example.com/team'], 'spec.targetLabels["example.com/team"]'],
  [['a', 'we"ird]\\.key', 0], 'a["we\\"ird]\\\\.key"][0]'],
  [['items', 0, 1], 'items[0][1]'],
  [['a', '2'], 'a["2"]'],
  [['target-az'], 'target-az'],
])('%j is written as %s and read back', (path, text) => {
  expect(formatPath(path)).toBe(text);
  expect(parsePath(text)).toEqual(path);
});
