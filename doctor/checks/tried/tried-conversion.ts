import { type Check, critical, fine, information, judged } from '../../check';
import { ofTrial } from '../../of-trial';

export const triedConversion: Check = {
  id: 'tried-conversion',
  looksAt: 'with `--try`, whether the conversion image starts, and which virt-v2v it has',
  judge: (facts) =>
    ofTrial(facts, ({ conversion }) => {
      if (conversion === null)
        return information('no conversion image was tried', 'name yours by --conversion-image');
      return judged(conversion, (found) => {
        const remedy =
          'push the image where nodes can pull it, and name it by --conversion-image and in the plan';
        if (found.why !== null)
          return critical(`the conversion image ${found.image} gives no answer: ${found.why}`, remedy);
        const { image, converter, virtioWin } = found;
        if (converter === null)
          return critical(`the conversion image ${image} can not run virt-v2v-in-place`, remedy);
        return [
          ...fine(`${image} has ${converter}`),
          ...(virtioWin ? [] : information(`${image} has no drivers for Windows guests (virtio-win)`)),
        ];
      });
    }),
};
