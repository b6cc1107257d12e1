import { type Check, fine, judged, warning } from '../../check';

/** As the policy `clock-skew` has it of vCenters. */
const MOST_SECONDS = 60;

export const clock: Check = {
  id: 'clock',
  looksAt: 'the clock of the API server, and the clock of this machine',
  judge: ({ cluster: { skewSeconds } }) =>
    judged(skewSeconds, (skew) => {
      const remedy = 'let the nodes of the cluster, and this machine, keep their time by NTP';
      if (skew === null) return warning('not known: the API server tells no time', remedy);
      const seconds = Math.abs(skew);
      const where = `${seconds} seconds ${skew > 0 ? 'ahead of' : 'behind'} this machine's`;
      if (seconds <= MOST_SECONDS) return fine("the API server's clock agrees with this machine's");
      return warning(`the API server's clock is ${where}: certificates and tokens may not be valid`, remedy);
    }),
};
