import type { ImageFact } from '../../../plan/images';
import { type Check, fine, judged, type Sighting, warning } from '../../check';

/** Nodes may have an image from elsewhere, and reach what this machine does not: so nothing here is critical. */
export const registries: Check = {
  id: 'registries',
  looksAt:
    'what registries say to this machine of the VDDK image, and of images that are named by options, with the pull secrets of the target namespace',
  judge: ({ images }) =>
    images.flatMap(({ image, purpose, fact }) =>
      judged(fact, (found) => judgeImage(`${image} (${purpose})`, found)),
    ),
};

const PULL = 'see that the nodes can pull it, with a pull secret of the ServiceAccount that the Pods run as';

function judgeImage(image: string, fact: ImageFact): Sighting[] {
  switch (fact.kind) {
    case 'found':
      return fine(`${image} is there${fact.platforms === null ? '' : `, for ${fact.platforms.join(', ')}`}`);
    case 'missing':
      return warning(`its registry has no image ${image}`, 'push it, or mend its name and tag');
    case 'notAnImage':
      return warning(`${image} is no container image, but ${fact.found}`, 'name an image');
    case 'loginMissing':
      return warning(`its registry gives ${image} to nobody without a login (${fact.status})`, PULL);
    case 'loginRefused':
      return warning(`its registry refuses the pull secrets for ${image} (${fact.status})`, PULL);
    case 'unreachable':
      return warning(`this machine gets no answer about ${image}: ${fact.why}`, PULL);
    case 'certificateRefused':
      return warning(`this machine does not trust the registry of ${image}: ${fact.why}`, PULL);
    case 'pullSecretMissing':
      return warning(`a pull secret for ${image} is missing`, PULL);
    case 'pullSecretUnusable':
      return warning(`the pull secret ${fact.secret} for ${image} ${fact.why}`, PULL);
    case 'notAllowed':
      return warning(`${image} may not run`, PULL);
  }
}
