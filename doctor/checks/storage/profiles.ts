import { type Check, counted, fine, judged, listNames, warning } from '../../check';

export const profiles: Check = {
  id: 'storage-profiles',
  looksAt: 'whether the StorageProfile of each class says with which modes its volumes can be made',
  judge: ({ cluster }) =>
    judged(cluster.classes, (all) => {
      if (all.length === 0) return [];
      const bare = all.filter(({ claimPropertySets }) => claimPropertySets.length === 0);
      if (bare.length === 0) return fine(`${counted(all.length, 'profile')} with modes`);
      const names = listNames(bare.map(({ name, provisioner }) => `${name} (${provisioner})`));
      return warning(
        `CDI does not know with which modes these classes make volumes: ${names}`,
        "give volumeMode and accessMode in the StorageMap's entries for them, or write claimPropertySets into their StorageProfiles",
      );
    }),
};
