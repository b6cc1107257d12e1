import { type Check, critical, fine, information, judged } from '../../check';
import { EXPECTED_GROUPS, type ExpectedGroup } from '../../facts';

interface Expected {
  group: ExpectedGroup;
  plurals: readonly string[];
  /** Null where a migration can do without. */
  remedy: string | null;
  /** What can't be done without it. */
  without: string;
}

const EXPECTED: readonly Expected[] = [
  {
    group: 'cdi',
    plurals: ['datavolumes', 'storageprofiles', 'cdiconfigs'],
    remedy: 'install CDI (containerized-data-importer)',
    without: 'Drover neither imports disks nor knows what storage classes can do',
  },
  {
    group: 'kubevirt',
    plurals: ['virtualmachines', 'virtualmachineinstances'],
    remedy: 'install KubeVirt',
    without: 'no target can be made',
  },
  {
    group: 'instanceTypes',
    plurals: ['virtualmachineinstancetypes', 'virtualmachineclusterinstancetypes'],
    remedy: null,
    without: 'no plan can name an instance type',
  },
  {
    group: 'instanceTypes',
    plurals: ['virtualmachineclusterpreferences'],
    remedy: null,
    without: 'no plan can name preferences',
  },
  {
    group: 'networks',
    plurals: ['network-attachment-definitions'],
    remedy: null,
    without: 'targets have the Pod network alone',
  },
];

export const kinds: Check = {
  id: 'kinds',
  looksAt: 'whether the cluster has the kinds of CDI, of KubeVirt and of Multus that Drover uses',
  judge: ({ cluster }) =>
    judged(cluster.kinds, (found) => {
      const lacking = EXPECTED.flatMap(({ group, plurals, remedy, without }) => {
        const missing = plurals.filter((plural) => found[group]?.includes(plural) !== true);
        if (missing.length === 0) return [];
        const clause = `the cluster has no ${missing.join(', ')} (${EXPECTED_GROUPS[group]}): ${without}`;
        return remedy === null ? information(clause) : critical(clause, remedy);
      });
      return lacking.length > 0 ? lacking : fine('the cluster has all kinds that Drover uses');
    }),
};
