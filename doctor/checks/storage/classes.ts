import { type Check, counted, critical, fine, judged, listNames } from '../../check';

export const classes: Check = {
  id: 'storage-classes',
  looksAt: 'whether there are storage classes that a StorageMap can name',
  judge: ({ cluster }) =>
    judged(cluster.classes, (all) =>
      all.length === 0
        ? critical('the cluster has no storage class', 'install a CSI driver, and make a StorageClass of it')
        : fine(`${counted(all.length, 'storage class')}: ${listNames(all.map(({ name }) => name))}`),
    ),
};
