import { diskId, diskIdBelow, isWaveId, morefOf, readDiskId, vmId, waveId } from '../../plan/workflow-ids';

const VM = { vcenterUuid: '6f1c2f53-8a0a-4f6e-9a44-0c7a1c0f4f10', moref: 'vm-12' };

test('the id of a copy is read back as the id of its migration and the key of its disk', () => {
  expect(readDiskId(diskId(VM, 2001))).toEqual({ vmWorkflowId: vmId(VM), diskKey: 2001 });
  expect(diskIdBelow(vmId(VM), 2001)).toBe(diskId(VM, 2001));
});

test.each([
  vmId(VM),
  waveId({ namespace: 'mtv', name: 'wave-1' }),
  'any/disk-',
  'any/disk-1a',
  'any/disk-1/disk-x',
])('%s is the id of no copy', (id) => expect(readDiskId(id)).toBeNull());

test('the id of a migration ends with the moref of its VM', () => {
  expect(morefOf(vmId(VM))).toBe('vm-12');
});

test('a wave is told from a migration of one VM by its id', () => {
  expect(isWaveId(waveId({ namespace: 'mtv', name: 'wave-1' }))).toBe(true);
  expect(isWaveId(vmId(VM))).toBe(false);
});
