import { type Check, critical, fine, information, judged, listNames } from '../../check';
import { ofTrial } from '../../of-trial';

export const triedVolumes: Check = {
  id: 'tried-volumes',
  looksAt:
    'with `--try`, whether a volume of each class and mode is made and bound, and a Pod of user 107 reads from it what it wrote',
  judge: (facts) =>
    ofTrial(facts, ({ volumes, untriedClasses }) => [
      ...volumes.flatMap(({ storageClass, volumeMode, outcome }) =>
        judged(outcome, ({ ok, said }) => {
          const volume = `class ${storageClass}, ${volumeMode}`;
          return ok
            ? fine(`${volume}: a Pod of user 107 reads what it wrote`)
            : critical(
                `${volume}: ${said}`,
                `mend what these words name, or do not name ${storageClass} in a StorageMap`,
              );
        }),
      ),
      ...(untriedClasses.length === 0
        ? []
        : information(
            `not tried: ${listNames(untriedClasses)}`,
            'name the classes of your StorageMaps by --storage-class',
          )),
    ]),
};
