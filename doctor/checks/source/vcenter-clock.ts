import { type Check, fine, warning } from '../../check';
import { ofVcenter } from '../../of-vcenter';

/** As the policy `clock-skew` has it. */
const MOST_SECONDS = 60;

export const vcenterClock: Check = {
  id: 'vcenter-clock',
  looksAt: 'the clock of the vCenter, and the clock of this machine',
  judge: (facts) =>
    ofVcenter(facts, ({ skewSeconds }) => {
      const remedy = 'let vCenter, ESXi hosts and nodes keep their time by NTP';
      if (skewSeconds === null) return warning('not known: vCenter tells no time', remedy);
      const seconds = Math.abs(skewSeconds);
      if (seconds <= MOST_SECONDS) return fine("vCenter's clock agrees with this machine's");
      const where = `${seconds} seconds ${skewSeconds > 0 ? 'ahead of' : 'behind'} this machine's`;
      return warning(
        `vCenter's clock is ${where}: certificates may not be valid, and times can not be compared`,
        remedy,
      );
    }),
};
