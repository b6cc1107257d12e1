import { type Policy, seen } from '../policy';

export const datastoreUnreachable: Policy = {
  id: 'datastore-unreachable',
  severity: 'critical',
  title: 'Datastore that no host reaches',
  looksAt: 'the datastores of the disks',
  found: 'no disk on its datastore can be read: {}',
  remedy: 'make the datastore reachable for its ESXi hosts, or move the disk to another',
  judge: ({ planned: { vm }, context: { source } }) => {
    const used = new Set(vm.disks.map(({ datastore }) => datastore.moref));
    const lost = source.datastores.flatMap(({ moref, name, unreachable }) =>
      used.has(moref) && unreachable !== undefined ? [`"${name}" (${unreachable})`] : [],
    );
    return seen(lost.length > 0, lost.join(', '));
  },
};
