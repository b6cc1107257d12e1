import { type Check, counted, fine, listNames, warning } from '../../check';
import { ofVcenter } from '../../of-vcenter';

export const datastores: Check = {
  id: 'datastores',
  looksAt: 'whether disks on the datastores can be read',
  judge: (facts) =>
    ofVcenter(facts, ({ datastores: all }) => {
      if (all.length === 0)
        return warning(
          'the login sees no datastore',
          'give its role System.View and System.Read on the datastores',
        );
      const lost = all.flatMap(({ name, unreachable }) =>
        unreachable === undefined ? [] : [`${name} (${unreachable})`],
      );
      if (lost.length === 0) return fine(`${counted(all.length, 'datastore')}, all reachable`);
      return warning(
        `no disk can be read from ${listNames(lost)}`,
        'mend the datastores, or move the disks that are on them',
      );
    }),
};
