import {
  defaultLimits,
  limitOf,
  needsOfConversion,
  needsOfImport,
  needsOfPluginCopy,
} from '../../../workflows/transfer-slots/resources';

const PLACES = { vcenter: 'v', host: 'h', datastore: 'd', cluster: 'c', storageClass: 's' };

test('an import needs a connection of vCenter and a place on the host; a plugin copies without either', () => {
  expect(needsOfImport(PLACES)).toEqual(['host/v/h', 'vcenter/v', 'datastore/v/d', 'storage-class/c/s']);
  expect(needsOfPluginCopy(PLACES, 'array-1')).toEqual([
    'plugin/array-1',
    'datastore/v/d',
    'storage-class/c/s',
  ]);
  expect(needsOfConversion('c')).toEqual(['conversions/c']);
});

test('a limit of a single resource goes before that of its kind, also where it is 0', () => {
  const limits = { ...defaultLimits(), resources: { 'host/v/h': 0 } as const };
  expect(limitOf(limits, 'host/v/h')).toBe(0);
  expect(limitOf(limits, 'host/v/other')).toBe(10);
});
