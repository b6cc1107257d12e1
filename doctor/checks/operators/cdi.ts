import { type Check, critical, fine, information, judged, type Sighting, warning } from '../../check';

/** A phase in which CDI does what it is asked (CDI 1.66, operator SDK: PhaseDeployed). */
const AT_WORK = 'Deployed';

export const cdi: Check = {
  id: 'cdi',
  looksAt: "CDI's version and phase, and which fields of imports it knows",
  judge: ({ cluster }) => [
    ...judged(cluster.cdi, judgeObject),
    ...judged(cluster.cdiFeatures, judgeFeatures),
  ],
};

function judgeObject({ version, phase }: { version: string | null; phase: string | null }): Sighting[] {
  if (phase !== null && phase !== AT_WORK) {
    return critical(
      `CDI is in phase ${phase}: while its API server is down, nobody can make a DataVolume`,
      'look at it: kubectl describe cdi',
    );
  }
  return version === null
    ? information('nothing in the cluster says which version CDI has')
    : fine(`CDI ${version}`);
}

/** `certConfigMap` came with CDI 1.66, and with it the look-up by instance UUID. */
function judgeFeatures(
  features: { certConfigMap: boolean; extraArgs: boolean; initImageUrl: boolean } | null,
): Sighting[] {
  // The check of kinds says it.
  if (features === null) return [];
  return [
    ...(features.certConfigMap
      ? []
      : warning(
          'this CDI finds a VM by its BIOS UUID, which clones may share, and can not verify vCenter by an authority',
          'update CDI to 1.66 or newer; until then look for VMs of one BIOS UUID in vCenter',
        )),
    ...(features.extraArgs ? [] : information('this CDI takes no options of VDDK (vddkConfig)')),
    ...(features.initImageUrl
      ? []
      : information('this CDI takes no VDDK image from a Provider, only from its ConfigMap v2v-vmware')),
  ];
}
