import { type Check, fine, information, judged, listNames, warning } from '../../check';

export const defaultClass: Check = {
  id: 'default-class',
  looksAt: 'which storage class is the default, for VMs or for all',
  judge: ({ cluster }) =>
    judged(cluster.classes, (all) => {
      if (all.length === 0) return [];
      const [first, ...others] = all.filter(({ isDefault }) => isDefault).map(({ name }) => name);
      if (first === undefined)
        return information('no storage class is the default: each entry of a StorageMap must name one');
      if (others.length === 0) return fine(`${first} is the default`);
      return warning(
        `several storage classes are the default: ${listNames([first, ...others])}`,
        'leave the annotation is-default-class on one, or name the class in each entry of the StorageMap',
      );
    }),
};
