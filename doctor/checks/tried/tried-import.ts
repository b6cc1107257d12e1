import { type Check, critical, fine, information, judged } from '../../check';
import { ofTrial } from '../../of-trial';

/** From where VDDK reads, no trial says: that needs a VM that is off. */
export const triedImport: Check = {
  id: 'tried-import',
  looksAt: 'with `--try` and `--import-from`, whether CDI imports an image into a volume',
  judge: (facts) =>
    ofTrial(facts, ({ imported }) => {
      if (imported === null)
        return information('no import was tried', 'name a small image that CDI can reach by --import-from');
      return judged(imported, ({ host, storageClass, volumeMode, outcome: { ok, said } }) => {
        const what = `an image of ${host} into class ${storageClass}, ${volumeMode}`;
        return ok
          ? fine(`CDI imports ${what}`)
          : critical(
              `CDI does not import ${what}: ${said}`,
              'mend what these words name: what keeps this importer from its end keeps those of disks, too, unless it is the image or its size',
            );
      });
    }),
};
