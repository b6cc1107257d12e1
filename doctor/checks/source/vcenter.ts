import { type Check, critical, fine, judged, warning } from '../../check';
import { isAtLeast } from '../../version';

/** The oldest of which Drover's tests and today's VDDK know. */
const [MAJOR, MINOR] = [6, 5];

export const vcenter: Check = {
  id: 'vcenter',
  looksAt:
    'whether this machine reaches the vCenter (or the ESXi host, with `sdkEndpoint: esxi`), trusts its certificate, and is let in; product and version of its API',
  judge: ({ source }) => {
    if (source === null) return [];
    return judged(source.vcenter, (answer) => {
      if (answer.refusal !== null) return critical(answer.refusal.message, answer.refusal.remedy);
      const { product, apiVersion, certificate } = answer;
      const found = `${product} (API ${apiVersion}) at ${source.server}, certificate with SHA-256 ${certificate}`;
      if (isAtLeast(apiVersion, MAJOR, MINOR) === false)
        return warning(
          found,
          `migrate from vSphere ${MAJOR}.${MINOR} or newer: VDDK may not read the disks of older ones`,
        );
      return fine(found);
    });
  },
};
