/** The security settings with which a Pod may run where the namespace enforces `restricted`. */
import type { Container, PodSpec } from '../api/kinds';

/** qemu's user in KubeVirt: what is written as 107 can be read by the VM. */
const QEMU = 107;

type PodSecurity = Required<
  Pick<PodSpec, 'automountServiceAccountToken' | 'enableServiceLinks' | 'securityContext'>
>;

export const RESTRICTED_POD: PodSecurity = {
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: QEMU,
    runAsGroup: QEMU,
    fsGroup: QEMU,
    seccompProfile: { type: 'RuntimeDefault' },
  },
};

export const RESTRICTED_CONTAINER: Required<Pick<Container, 'securityContext'>> = {
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
};
