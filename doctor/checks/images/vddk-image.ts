import { type Check, critical, fine, judged, warning } from '../../check';

const REMEDY =
  "build the image as CDI's documentation says, and name it in vddkInitImage of the Provider, or in CDI's ConfigMap v2v-vmware";

export const vddkImage: Check = {
  id: 'vddk-image',
  looksAt: "whether the Provider, or CDI's ConfigMap `v2v-vmware`, names a VDDK image",
  judge: ({ cluster, source }) => {
    if (source !== null && source.vddkImage !== null) return fine(`the Provider names ${source.vddkImage}`);
    return judged(
      cluster.vddkImage,
      (image) => {
        if (image !== null) return fine(`CDI names ${image}`);
        if (source === null)
          return warning(
            'CDI names no VDDK image: no disk is imported unless the Provider names one',
            REMEDY,
          );
        return critical('neither the Provider nor CDI names a VDDK image: no disk can be imported', REMEDY);
      },
      'name the image in vddkInitImage of the Provider, or apply deploy/cdi for the account that looks',
    );
  },
};
