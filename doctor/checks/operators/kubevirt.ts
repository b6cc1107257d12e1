import { type Check, critical, fine, information, judged, warning } from '../../check';
import { isAtLeast } from '../../version';

const AT_WORK = 'Deployed';

export const kubevirt: Check = {
  id: 'kubevirt',
  looksAt: "KubeVirt's version and phase",
  judge: ({ cluster }) =>
    judged(cluster.kubevirt, ({ version, phase }) => {
      if (phase !== null && phase !== AT_WORK)
        return critical(
          `KubeVirt is in phase ${phase}`,
          'look at it: kubectl describe kubevirt --all-namespaces',
        );
      if (version === null) return information('nothing in the cluster says which version KubeVirt has');
      // KubeVirt 1.5 made the feature AutoResourceLimitsGate generally available.
      if (isAtLeast(version, 1, 5) === false) {
        return warning(
          `KubeVirt ${version} gives its Pods limits only with the feature gate AutoResourceLimitsGate: a namespace whose quota asks for limits would refuse targets`,
          'update KubeVirt to 1.5 or newer, or switch the gate on where quotas ask for limits',
        );
      }
      return fine(`KubeVirt ${version}`);
    }),
};
