import {
  type Check,
  counted,
  fine,
  information,
  judged,
  listNames,
  type Sighting,
  warning,
} from '../../check';
import { ofTrial } from '../../of-trial';

const REMEDY =
  'open the way from the nodes to vCenter on 443, and to each ESXi host on 443 and 902: imports read disks there';

export const triedNetwork: Check = {
  id: 'tried-network',
  looksAt:
    'with `--try` and `-f`, whether a Pod reaches the vCenter on 443, and each ESXi host on 443 and 902',
  judge: (facts) =>
    ofTrial(facts, ({ reach }) => {
      if (facts.source === null)
        return information('no way to a vCenter was tried', 'name its Provider by -f');
      return judged(reach, ({ why, places, untried }): Sighting[] => {
        if (why !== null)
          return warning(`not known: ${why}`, 'name an image with bash and coreutils by --reader-image');
        const lost = places.filter(({ isReached }) => !isReached).map(({ host, port }) => `${host}:${port}`);
        if (places.length === 0) return warning('not known: no address could be tried', REMEDY);
        const rest =
          untried === 0 ? [] : warning(`${counted(untried, 'more address')} were not tried`, REMEDY);
        if (lost.length === 0)
          return [...fine(`a Pod reaches all of ${counted(places.length, 'address')}`), ...rest];
        const found = `a Pod does not reach ${lost.length} of ${places.length}: ${listNames(lost)}`;
        return [...warning(found, REMEDY), ...rest];
      });
    }),
};
