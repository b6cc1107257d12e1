import { type Check, counted, critical, fine, information, judged, listNames } from '../../check';

export const nodes: Check = {
  id: 'nodes',
  looksAt: 'which nodes are ready, and take Pods',
  judge: ({ cluster }) =>
    judged(cluster.nodes, (all) => {
      const idle = all.filter(({ isReady, isSchedulable }) => !isReady || !isSchedulable);
      if (idle.length === all.length) {
        const found =
          all.length === 0 ? 'the cluster has no node' : `none of ${counted(all.length, 'node')} takes Pods`;
        return critical(found, 'make nodes ready, and uncordon them: kubectl get nodes');
      }
      const taking = all.length - idle.length;
      const found = `${taking} of ${counted(all.length, 'node')} ${taking === 1 ? 'takes' : 'take'} Pods`;
      if (idle.length === 0) return fine(found);
      const names = listNames(idle.map(({ name }) => name));
      return information(`${found}; these do not, being cordoned or not ready: ${names}`);
    }),
};
