import { type Check, critical, fine, warning } from '../../check';
import { isAtLeast } from '../../version';

/** `podReplacementPolicy` of Jobs is on by default since 1.29 (Kubernetes, pkg/features: JobPodReplacementPolicy). */
const [MAJOR, MINOR] = [1, 29];

export const apiServer: Check = {
  id: 'api-server',
  looksAt: 'whether the API server answers this login, and its version',
  judge: ({ cluster: { version, server } }) => {
    const found = `Kubernetes ${version} at ${server}`;
    const remedy = `use Kubernetes ${MAJOR}.${MINOR} or newer: older ones may start a second copier beside one that is not gone`;
    switch (isAtLeast(version, MAJOR, MINOR)) {
      case true:
        return fine(found);
      case false:
        return critical(found, remedy);
      case null:
        return warning(`${found}, which is no version that Drover can read`, remedy);
    }
  },
};
