import { isNodeRecent, missingPackages } from '../../lab/prerequisites';

test('only packages whose program is not there are missing', () => {
  const names = (present: string[]) =>
    missingPackages((program) => present.includes(program)).map((entry) => entry.package);
  expect(names(['bwrap', 'qemu-img'])).toEqual([]);
  expect(names(['bwrap'])).toEqual(['qemu-utils']);
  expect(names([])).toEqual(['bubblewrap', 'qemu-utils']);
});

test.each([
  ['18.20.8', false],
  ['20.18.3', false],
  ['20.19.0', true],
  ['20.20.2', true],
  ['22.1.0', true],
])('Node %s is recent enough: %s', (version, recent) => {
  expect(isNodeRecent(version)).toBe(recent);
});
