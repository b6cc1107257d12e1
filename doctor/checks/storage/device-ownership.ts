import { type Check, critical, fine, judged, type Sighting, warning } from '../../check';
import type { Facts } from '../../facts';

const REMEDY =
  'on each node set device_ownership_from_security_context = true, for containerd in its CRI plugin, for CRI-O in [crio.runtime]; without it imports, plugins and conversions on Block volumes fail with "Permission denied"';

/** As the Pod says it (doctor/try/volumes.ts). Registries and drivers may say these words of something else. */
const DENIED = /^it can't (?:write|read): .*permission denied/i;

/** No API says how a node's runtime is configured: a Pod that writes to a device shows it, and nothing else. */
export const deviceOwnership: Check = {
  id: 'device-ownership',
  looksAt: 'whether a Pod of user 107 may write to a Block volume; only `--try` shows it',
  judge: (facts) => {
    const shown = shownBy(facts);
    if (shown !== null) return shown;
    return judged(facts.cluster.classes, (all) => {
      const hasBlock = all.some(
        ({ claimPropertySets }) =>
          claimPropertySets.length === 0 ||
          claimPropertySets.some(({ volumeMode }) => volumeMode === 'Block'),
      );
      if (!hasBlock) return [];
      return warning(
        'not known: whether the runtime gives devices to the user of a Pod is shown only by a Pod that writes to one',
        `${facts.tried === null ? 'give --try; ' : ''}${REMEDY}`,
      );
    });
  },
};

/** Null where no Pod came to write to a device. Another node may have another runtime. */
function shownBy({ tried }: Facts): Sighting[] | null {
  const volumes = tried?.results.known === true ? tried.results.value.volumes : [];
  const outcomes = volumes.flatMap(({ volumeMode, outcome }) =>
    volumeMode === 'Block' && outcome.known ? [outcome.value] : [],
  );
  if (outcomes.some(({ ok, said }) => !ok && DENIED.test(said)))
    return critical('the runtime does not give devices to the user of a Pod', REMEDY);
  return outcomes.some(({ ok }) => ok) ? fine('a Pod of user 107 may write to a device') : null;
}
