import { ofRefusedKind } from '../of-disks';
import type { Policy } from '../policy';

export const independent: Policy = {
  id: 'independent',
  severity: 'critical',
  impossible: true,
  title: 'Independent disk',
  looksAt: 'the mode of each disk, and how it is copied',
  found: 'is in mode {}',
  remedy: 'set it to dependent and persistent',
  judge: ofRefusedKind('independent', ({ mode }) => mode),
};
