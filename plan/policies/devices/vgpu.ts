import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const vgpu: Policy = {
  id: 'vgpu',
  severity: 'critical',
  impossible: true,
  title: 'Virtual GPU',
  looksAt: 'the devices of the VM',
  found: 'it uses a part of a GPU of its ESXi host ({}), which the target does not have',
  remedy: 'remove the device from the VM, and give the target one of its nodes by hand',
  judge: readFromSource('vgpu'),
};
