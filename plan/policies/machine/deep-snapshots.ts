import { type Policy, seen } from '../policy';

/** VMware advises to keep no more than two or three in a chain (knowledge base article 1025279). */
const DEEP = 3;

export const deepSnapshots: Policy = {
  id: 'deep-snapshots',
  severity: 'warning',
  title: 'Deep chain of snapshots',
  looksAt: 'how many snapshots come after one another',
  found: 'its snapshots are {} deep: a copy reads a disk through all files of its chain, which is slow',
  remedy: 'remove snapshots that nobody needs before the migration',
  judge: ({ planned: { vm } }) => seen(vm.snapshotDepth > DEEP, String(vm.snapshotDepth)),
};
