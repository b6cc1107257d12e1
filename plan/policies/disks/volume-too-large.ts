import { inGibibytes, largestVolume, volumeOf } from '../class-room';
import { aboutDisk } from '../of-disks';
import type { Policy } from '../policy';

export const volumeTooLarge: Policy = {
  id: 'volume-too-large',
  severity: 'critical',
  title: 'Volume larger than its class allows',
  looksAt: "the size of each volume, and the largest that its class's driver reports (CSIStorageCapacity)",
  found: 'needs a volume of {}',
  remedy: 'map its datastore to a class that can have such volumes',
  judge: ({ planned: { disks }, context: { target } }) =>
    disks.flatMap((decided) => {
      const volume = volumeOf(decided, target);
      if (volume === null) return [];
      const { storageClass, bytes } = volume;
      const largest = largestVolume(target.classCapacities ?? [], storageClass);
      if (largest === null || bytes <= largest) return [];
      const detail = `${inGibibytes(bytes)}, and class "${storageClass}" can have ${inGibibytes(largest)} at most`;
      return [{ about: aboutDisk(decided.disk), detail }];
    }),
};
