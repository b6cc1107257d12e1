import fc from 'fast-check';
import { decodeName, encodeName, splitDatastorePath } from '../../plan/vcenter-names';

/** Names with what is special in them, and any others. */
const names = fc.oneof(
  fc
    .array(fc.constantFrom('%', '/', '\\', ']', '[', ' ', '] ', '2f', '%2f', '%25', 'ssd', 'ä', '\n'))
    .map((all) => all.join('')),
  fc.string({ unit: 'grapheme' }),
);
const someNames = names.filter((name) => name !== '');

test('every name is what it was, after vCenter stored it and we read it', () => {
  fc.assert(fc.property(names, (name) => expect(decodeName(encodeName(name))).toBe(name)));
});

test('a stored name has nothing that a path would take for its own', () => {
  fc.assert(fc.property(names, (name) => expect(encodeName(name)).not.toMatch(/[/\\]/)));
});

test('who knows the name of a datastore gets both parts of every path, whatever is in them', () => {
  fc.assert(
    fc.property(someNames, someNames, (datastore, path) => {
      const text = `[${encodeName(datastore)}] ${path}`;
      expect(splitDatastorePath(text, datastore)).toEqual({ datastore, stored: encodeName(datastore), path });
    }),
  );
});

test('who does not know it gets them where the name has no bracket before a space', () => {
  const plain = someNames.filter((name) => !`${name}]`.slice(0, -1).includes('] ') && !name.endsWith(']'));
  fc.assert(
    fc.property(plain, someNames, (datastore, path) => {
      const parts = splitDatastorePath(`[${encodeName(datastore)}] ${path}`);
      expect(parts).toEqual({ datastore, stored: encodeName(datastore), path });
    }),
  );
});

test.each([
  ['[ssd]1] web/web.vmdk', 'ssd]1', 'web/web.vmdk'],
  ['[ssd%2f1] web/web.vmdk', 'ssd/1', 'web/web.vmdk'],
  ['[ssd%2F1] web/web.vmdk', 'ssd/1', 'web/web.vmdk'],
  ['[ssd%252f1] web/web.vmdk', 'ssd%2f1', 'web/web.vmdk'],
  ['[100%25] a] b/web.vmdk', '100%', 'a] b/web.vmdk'],
])('%s is on the datastore %s', (text, datastore, path) => {
  expect(splitDatastorePath(text)).toMatchObject({ datastore, path });
});

test.each([
  '',
  'web.vmdk',
  '[ssd-1]',
  '[ssd-1] ',
  '[] web.vmdk',
  '/vmfs/volumes/ssd-1/web.vmdk',
  '[ssd-1]web.vmdk',
])('%j is no path on a datastore', (text) => {
  expect(splitDatastorePath(text)).toBeNull();
});
