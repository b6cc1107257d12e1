import { ofEachLun } from '../of-luns';
import type { Policy } from '../policy';

export const lunVolumeMode: Policy = {
  id: 'lun-volume-mode',
  severity: 'critical',
  impossible: true,
  title: 'LUN without a block device',
  looksAt: 'the volume mode of each raw device mapping that becomes a LUN (`rdmAsLun`)',
  found: 'is to be a LUN (rdmAsLun), which needs a volume of mode Block, and its volume would be of mode {}',
  remedy:
    'set volumeMode to Block for its datastore in the StorageMap, with a class that has such volumes; or set rdmAsLun to false',
  judge: ofEachLun(({ target: { volumeMode } }) => (volumeMode === 'Block' ? null : volumeMode)),
};
