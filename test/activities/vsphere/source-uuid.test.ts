import type { Vim } from '../../../activities/vsphere/session';
import { readSourceUuid } from '../../../activities/vsphere/source-uuid';
import type { Operation } from '../../../activities/vsphere/wsdl';

const BOARD = '4c4c4544-0042-3510-8051-b3c04f4d4e32';
const UUID = { name: 'hardware.systemInfo.uuid', val: BOARD };
const MANAGER = 'summary.managementServerIp';

/** An ESXi host that says this of itself. */
function hostOf(said: { propSet: { name: string; val: string }[]; missingSet?: object }): Vim {
  const ref = (type: string) => ({ type, value: type });
  const answers: Partial<Record<Operation, unknown>> = {
    CreateContainerView: { attributes: { type: 'ContainerView' }, $value: 'view-1' },
    RetrievePropertiesEx: {
      objects: { obj: { attributes: { type: 'HostSystem' }, $value: 'ha-host' }, ...said },
    },
  };
  return {
    content: {
      isHost: true,
      vcenterUuid: null,
      rootFolder: ref('Folder'),
      viewManager: ref('ViewManager'),
      propertyCollector: ref('PropertyCollector'),
    },
    call: (operation: Operation) => Promise.resolve(answers[operation]),
  } as unknown as Vim;
}

test.each([
  ['says nothing of a vCenter', []],
  ['says that none is there', [{ name: MANAGER, val: '' }]],
])('a host that %s is known by its board', async (_, more) => {
  const loud = { ...UUID, val: BOARD.toUpperCase() };
  expect(await readSourceUuid(hostOf({ propSet: [loud, ...more] }))).toBe(BOARD);
});

test('a host that does not let us read whether a vCenter manages it is refused', async () => {
  const fault = { attributes: { 'xsi:type': 'NoPermission' }, privilegeId: 'System.Read' };
  const host = hostOf({ propSet: [UUID], missingSet: { path: MANAGER, fault: { fault } } });
  await expect(readSourceUuid(host)).rejects.toMatchObject({
    type: 'SourceRightsMissing',
    message: 'the vCenter account lacks the privilege System.Read',
  });
});

test.each([
  ['zeros', '00000000-0000-0000-0000-000000000000'],
  ['ones', 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'],
  ["a BIOS maker's default", '03000200-0400-0500-0006-000700080009'],
  ['that default in the other order of bytes', '00020003-0004-0005-0006-000700080009'],
])('a board whose UUID is %s is that of no host', async (_, val) => {
  await expect(readSourceUuid(hostOf({ propSet: [{ ...UUID, val }] }))).rejects.toMatchObject({
    type: 'SourceEndpointWrong',
    message: expect.stringContaining('has no UUID of its own') as string,
  });
});
